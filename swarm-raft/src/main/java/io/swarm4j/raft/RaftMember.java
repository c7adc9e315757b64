package io.swarm4j.raft;

/**
 * A manager's standing in the group, as another manager sees it.
 *
 * @param id its identity
 * @param leader whether it leads
 * @param reachable whether it has been heard of within the time after which a follower would stand
 *     for election; only the leader can tell, all others see what they know of the leader
 */
public record RaftMember(String id, boolean leader, boolean reachable) {}
