package io.swarm4j.internal;

import io.swarm4j.model.ConflictException;
import io.swarm4j.model.Node;
import io.swarm4j.model.Node.NodeRole;
import io.swarm4j.store.State;

/** Refuses to take a manager away where the others could decide nothing any more. */
final class ManagerQuorum {
  private ManagerQuorum() {}

  /**
   * Rule of the reference: of the managers that are left, a majority must be in reach.
   *
   * @throws ConflictException with the numbers
   */
  static void requireWithout(State state, Node leaving) {
    int left = 0;
    int reachable = 0;
    for (Node node : state.nodes()) {
      Node.ManagerStatus status = node.manager();
      if (node.role() == NodeRole.MANAGER && status != null && !node.id().equals(leaving.id())) {
        left++;
        reachable += status.reachable() ? 1 : 0;
      }
    }
    if (left == 0) {
      throw new ConflictException("attempting to demote the last manager of the swarm");
    }
    int quorum = left / 2 + 1;
    if (reachable < quorum) {
      throw new ConflictException(
          "can't remove member from the raft: this would result in a loss of quorum: without "
              + leaving.hostname()
              + " "
              + reachable
              + " of "
              + left
              + " managers would be reachable, and "
              + quorum
              + " are needed; bring back the others first");
    }
  }
}
