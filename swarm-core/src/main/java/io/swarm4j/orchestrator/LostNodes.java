package io.swarm4j.orchestrator;

import io.swarm4j.model.Node;
import io.swarm4j.model.NodeId;
import io.swarm4j.model.Reason;
import org.jspecify.annotations.Nullable;

/** Why a task must leave its node. */
final class LostNodes {
  private LostNodes() {}

  static Reason reason(@Nullable Node node, NodeId id) {
    if (node == null) {
      return new Reason.NodeLost(id, "node was removed");
    }
    return node.spec().availability() == Node.Availability.DRAIN
        ? new Reason.Stopped("node " + node.hostname() + " is drained")
        : new Reason.NodeLost(
            id, "node " + node.hostname() + " is down: " + node.status().message());
  }
}
