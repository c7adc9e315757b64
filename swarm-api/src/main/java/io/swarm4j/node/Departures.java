package io.swarm4j.node;

import io.swarm4j.model.Node;
import io.swarm4j.model.Node.NodeState;
import io.swarm4j.model.NodeId;
import io.swarm4j.store.Transaction;

/** Nodes that leave for good. */
final class Departures {
  private Departures() {}

  /** Has a node's tasks started elsewhere at once, instead of after its missing heartbeats. */
  static long markDown(Transaction tx, NodeId id, String reason) {
    Node node = tx.node(id);
    if (node != null && node.status().state() != NodeState.DOWN) {
      tx.put(node.withStatus(node.status().to(NodeState.DOWN, reason, tx.now())));
    }
    return tx.revision();
  }
}
