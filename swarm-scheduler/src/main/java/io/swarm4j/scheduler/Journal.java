package io.swarm4j.scheduler;

/**
 * Which numbers changed of late, so that what is derived from them can be brought up to date when
 * it is used next.
 */
final class Journal {
  private final int[] ring;
  private long end;

  /** Keeps the last {@code size} entries, a power of two. */
  Journal(int size) {
    ring = new int[size];
  }

  void add(int number) {
    ring[(int) end++ & ring.length - 1] = number;
  }

  /** Position after the last entry. */
  long end() {
    return end;
  }

  /** Whether all entries from {@code position} on are still kept. */
  boolean keeps(long position) {
    return end - position <= ring.length;
  }

  int at(long position) {
    return ring[(int) position & ring.length - 1];
  }
}
