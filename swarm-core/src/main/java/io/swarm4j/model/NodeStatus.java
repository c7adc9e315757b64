package io.swarm4j.model;

import io.swarm4j.model.Node.NodeState;
import java.time.Instant;

/**
 * Whether a node is in reach.
 *
 * @param state in reach or not
 * @param message why, as in the reference
 * @param address address that its managers see
 * @param since when it came into this state
 */
public record NodeStatus(NodeState state, String message, String address, Instant since) {

  /** The same node in another state. */
  public NodeStatus to(NodeState newState, String newMessage, Instant at) {
    return new NodeStatus(newState, newMessage, address, at);
  }
}
