package io.swarm4j.network.lb;

/** Whom a {@link Watch} tells, on the thread of its loop. Nothing may escape from its methods. */
interface Watcher {

  /**
   * The socket has become ready, or has failed.
   *
   * @param ops for what, of those that were asked for: {@link Watch#READ} and the like
   */
  void ready(int ops);

  /** The loop ends, and watches the socket no longer. */
  void loopEnds();
}
