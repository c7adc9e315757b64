package io.swarm4j.raft;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.ratis.proto.RaftProtos.RoleInfoProto;
import org.apache.ratis.protocol.RaftClientAsynchronousProtocol;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;

/**
 * One group on one server, as Ratis shows it.
 *
 * @param requests the same object: it takes requests on the caller's thread, where the server hands
 *     them to another first
 */
record Division(RaftServer.Division ratis, RaftClientAsynchronousProtocol requests) {

  static Division of(RaftServer.Division ratis) {
    if (ratis instanceof RaftClientAsynchronousProtocol requests) {
      return new Division(ratis, requests);
    }
    throw new IllegalStateException(ratis.getClass() + " takes no requests");
  }

  boolean isLeader() {
    return ratis.getInfo().isLeader();
  }

  /** The first entry that is still in the log. */
  long firstIndex() {
    return ratis.getRaftLog().getStartIndex();
  }

  Optional<String> leader() {
    return Optional.ofNullable(ratis.getInfo().getLeaderId()).map(RaftPeerId::toString);
  }

  /** The members; in reach are those heard of within the longest time to an election. */
  List<RaftMember> members(RaftTiming timing) {
    Optional<String> leader = leader();
    Set<String> inReach = inReach(timing.longestSilence().toMillis());
    return ratis.getRaftConf().getCurrentPeers().stream()
        .map(RaftPeer::getId)
        .map(RaftPeerId::toString)
        .sorted()
        .map(id -> new RaftMember(id, leader.filter(id::equals).isPresent(), inReach.contains(id)))
        .toList();
  }

  /** This member, and those that it has heard of within that time. */
  private Set<String> inReach(long millis) {
    Set<String> heard = new TreeSet<>();
    heard.add(ratis.getId().toString());
    RoleInfoProto role = ratis.getInfo().getRoleInfoProto();
    if (role.hasLeaderInfo()) {
      heard.addAll(
          role.getLeaderInfo().getFollowerInfoList().stream()
              .filter(follower -> follower.getLastRpcElapsedTimeMs() <= millis)
              .map(follower -> follower.getId().getId().toStringUtf8())
              .collect(Collectors.toSet()));
    } else if (role.hasFollowerInfo()
        && role.getFollowerInfo().getLeaderInfo().getLastRpcElapsedTimeMs() <= millis) {
      leader().ifPresent(heard::add);
    }
    return heard;
  }
}
