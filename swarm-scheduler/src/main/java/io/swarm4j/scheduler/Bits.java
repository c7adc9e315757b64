package io.swarm4j.scheduler;

/** Sets of small numbers, one bit each. */
final class Bits {
  private Bits() {}

  static int words(int size) {
    return (size + 63) >>> 6;
  }

  static boolean has(long[] bits, int i) {
    return (bits[i >>> 6] & 1L << i) != 0;
  }

  static void set(long[] bits, int i, boolean on) {
    if (on) {
      bits[i >>> 6] |= 1L << i;
    } else {
      bits[i >>> 6] &= ~(1L << i);
    }
  }
}
