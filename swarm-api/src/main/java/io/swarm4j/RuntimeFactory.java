package io.swarm4j;

import io.swarm4j.agent.Runtime;
import io.swarm4j.time.Loop;
import io.swarm4j.time.Time;
import org.jspecify.annotations.Nullable;

/** Makes the runtime of a node. */
@FunctionalInterface
public interface RuntimeFactory {

  /**
   * Makes the runtime; it is closed with the swarm or with its node.
   *
   * @param node the node
   * @param time the swarm's source of time and threads
   * @param loop the loop on which the node's agent runs
   */
  Runtime create(NodeOptions node, Time time, Loop loop);

  /** The data plane that comes with the runtime; null where the swarm's own does for it. */
  default @Nullable NodeNetwork network() {
    return null;
  }
}
