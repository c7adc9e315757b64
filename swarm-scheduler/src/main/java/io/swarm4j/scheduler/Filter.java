package io.swarm4j.scheduler;

import io.swarm4j.model.Node;
import io.swarm4j.model.ServiceSpec;

/**
 * A hard condition of a user's own on the node that a task may run on; asked after the built-in
 * ones.
 *
 * <p>Answers must follow from the arguments alone: they are kept, and a node is asked again only
 * when something on it changed. Called on the leader's loop, and by whoever plans ahead at the same
 * time; it must not block. A filter that throws refuses the node.
 */
public interface Filter {

  /** Short name for logs and explanations, unique among the filters of a scheduler. */
  String name();

  /** Whether tasks of {@code spec} are subject to this filter at all. */
  default boolean appliesTo(ServiceSpec spec) {
    return true;
  }

  /**
   * The part that depends on what the node is, not on what runs there; kept until the node changes.
   */
  default boolean accepts(ServiceSpec spec, Node node) {
    return true;
  }

  /**
   * The part that depends on what runs on the node; asked again after every assignment.
   *
   * @param usage valid during the call only
   */
  default boolean hasRoom(ServiceSpec spec, NodeUsage usage) {
    return true;
  }

  /** Text for users, such as {@code licence missing on 3 nodes}. */
  default String explain(int nodes) {
    return name() + " not satisfied on " + Texts.nodes(nodes);
  }
}
