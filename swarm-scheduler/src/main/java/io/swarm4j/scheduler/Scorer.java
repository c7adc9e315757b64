package io.swarm4j.scheduler;

import io.swarm4j.model.ServiceSpec;

/**
 * A user's own opinion of how well a task would do on a node, among the nodes that pass all
 * filters.
 *
 * <p>The weighted sum of all scorers decides; the strategy breaks ties. Scores must follow from the
 * arguments alone. Called on the leader's loop, and by whoever plans ahead at the same time; it
 * must not block. A scorer that throws, or answers NaN, refuses the node.
 */
@FunctionalInterface
public interface Scorer {

  /**
   * How well the node suits, higher is better.
   *
   * @param usage valid during the call only
   */
  double score(ServiceSpec spec, NodeUsage usage);

  /** Short name for logs and explanations. */
  default String name() {
    return getClass().getSimpleName();
  }
}
