package io.swarm4j.node;

import io.swarm4j.model.Node;
import io.swarm4j.model.Node.NodeRole;
import io.swarm4j.model.Node.NodeState;
import io.swarm4j.model.NodeId;
import io.swarm4j.node.NodeProtocol.LeaveRequest;
import io.swarm4j.store.Transaction;

/** Nodes that leave for good. */
final class Departures {
  private Departures() {}

  /**
   * Has a node's tasks started elsewhere at once, instead of after its missing heartbeats; what was
   * a manager is none any more.
   */
  static long markDown(Transaction tx, NodeId id, LeaveRequest request) {
    Node node = tx.node(id);
    if (node != null) {
      tx.put(
          node.withStatus(node.status().to(NodeState.DOWN, request.reason(), tx.now()))
              .withSpec(node.spec().withRole(NodeRole.WORKER))
              .withRole(NodeRole.WORKER)
              .withManager(null));
    }
    return tx.revision();
  }
}
