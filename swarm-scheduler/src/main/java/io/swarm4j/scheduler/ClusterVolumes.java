package io.swarm4j.scheduler;

import io.swarm4j.model.Mount;
import io.swarm4j.model.Node;

/** Tells which cluster volumes a node can mount. */
@FunctionalInterface
public interface ClusterVolumes {

  /** There are none. */
  ClusterVolumes NONE = (mount, node) -> false;

  /**
   * Whether {@code node} can mount the volume that {@code mount} names. The answer must follow from
   * the arguments alone.
   */
  boolean isAvailable(Mount mount, Node node);
}
