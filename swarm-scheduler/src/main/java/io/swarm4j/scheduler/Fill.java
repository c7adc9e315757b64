package io.swarm4j.scheduler;

/** Finds nodes for tasks of one group, one after the other, best first. */
interface Fill {

  /**
   * Takes the best node for one more task and accounts for it.
   *
   * @return the node's slot, or -1 if no node takes another task of the group
   */
  int next();
}
