package io.swarm4j.network.dataplane.kernel;

/**
 * Into how many slots a number of endpoints is laid out. A service uses the map of its number of
 * slots, where each endpoint has one or, if there are many, several; so that there are few maps,
 * and yet each endpoint gets close to its share.
 */
final class Slots {
  /** The highest number of slots. */
  static final int MOST = 1024;

  /** Up to here each endpoint has exactly one. */
  private static final int EXACT = 16;

  private static final int PER_ENDPOINT = 4;

  private Slots() {}

  static int of(int endpoints) {
    if (endpoints <= EXACT) {
      return Math.max(1, endpoints);
    }
    int slots = Integer.highestOneBit(PER_ENDPOINT * endpoints - 1) << 1;
    return Math.min(slots, MOST);
  }
}
