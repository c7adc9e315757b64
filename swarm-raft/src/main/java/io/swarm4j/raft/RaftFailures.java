package io.swarm4j.raft;

import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.exceptions.LeaderNotReadyException;
import org.apache.ratis.protocol.exceptions.LeaderSteppingDownException;
import org.apache.ratis.protocol.exceptions.NotLeaderException;
import org.apache.ratis.protocol.exceptions.ReconfigurationInProgressException;
import org.apache.ratis.protocol.exceptions.ReconfigurationTimeoutException;
import org.apache.ratis.protocol.exceptions.TransferLeadershipException;

/** Says in the words of a swarm what Ratis refuses. */
final class RaftFailures {

  private RaftFailures() {}

  static String explain(Throwable failure) {
    if (failure instanceof NotLeaderException refused) {
      RaftPeer leader = refused.getSuggestedLeader();
      return leader == null
          ? "The swarm does not have a leader. It's possible that too few managers are online. Make"
              + " sure more than half of the managers are online."
          : "this manager does not lead the swarm; manager " + leader.getId() + " does";
    }
    if (failure instanceof LeaderNotReadyException) {
      return "this manager has just been elected and is not ready yet; try again";
    }
    if (failure instanceof LeaderSteppingDownException) {
      return "this manager is handing over leadership; try again";
    }
    if (failure instanceof ReconfigurationInProgressException) {
      return "another manager is being added or removed; try again when that is done";
    }
    if (failure instanceof ReconfigurationTimeoutException) {
      return "the new manager did not catch up: it is not running, or not in reach at its address";
    }
    if (failure instanceof TransferLeadershipException) {
      return "leadership was not handed over: " + failure.getMessage();
    }
    return failure.getMessage() == null ? failure.toString() : failure.getMessage();
  }
}
