package io.swarm4j.raft;

import io.swarm4j.model.ConflictException;
import io.swarm4j.model.NotFoundException;
import java.util.ArrayList;
import java.util.List;

/**
 * A change of one member, checked against what it would leave.
 *
 * <p>Rule of the reference: of the members that are left, a majority must be in reach.
 *
 * @param members identities of all members afterwards
 * @param member the one that comes or goes
 */
record MembershipChange(List<String> members, String member) {

  /** The change that adds a member; none if it is there already. */
  static MembershipChange adding(List<RaftMember> present, String member) {
    List<String> members = new ArrayList<>(present.stream().map(RaftMember::id).toList());
    if (!members.contains(member)) {
      members.add(member);
    }
    return new MembershipChange(members, member);
  }

  /**
   * The change that removes a member.
   *
   * @throws NotFoundException if there is no such member
   * @throws ConflictException if the members that are left could not commit anything
   */
  static MembershipChange removing(List<RaftMember> present, String member) {
    List<RaftMember> left = present.stream().filter(one -> !one.id().equals(member)).toList();
    if (left.size() == present.size()) {
      throw new NotFoundException(
          "there is no manager " + member + " among " + ids(present) + " in the raft group");
    }
    if (left.isEmpty()) {
      throw new ConflictException(
          "manager "
              + member
              + " is the last manager of the swarm; it can only leave by force,"
              + " and the swarm's state is lost with it");
    }
    int quorum = left.size() / 2 + 1;
    List<String> lost = left.stream().filter(one -> !one.reachable()).map(RaftMember::id).toList();
    int reachable = left.size() - lost.size();
    if (reachable < quorum) {
      throw new ConflictException(
          String.format(
              "without manager %s, %d of %d managers would be reachable, and %d are needed for a"
                  + " quorum; bring back %s first, or remove that one instead",
              member, reachable, left.size(), quorum, String.join(" or ", lost)));
    }
    return new MembershipChange(ids(left), member);
  }

  private static List<String> ids(List<RaftMember> members) {
    return members.stream().map(RaftMember::id).toList();
  }
}
