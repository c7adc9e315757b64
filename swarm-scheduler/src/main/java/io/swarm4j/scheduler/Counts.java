package io.swarm4j.scheduler;

/**
 * Positive counts by small number, for the few numbers that have one.
 *
 * <p>An open-addressed table of {@code key + 1} and count in one {@code long}; 0 is a free place.
 */
final class Counts {
  private static final int SMALLEST = 8;

  private long[] table = new long[SMALLEST];
  private int size;

  int get(int key) {
    long[] t = table;
    int mask = t.length - 1;
    for (int at = home(key, mask); t[at] != 0; at = at + 1 & mask) {
      if (key(t[at]) == key) {
        return (int) t[at];
      }
    }
    return 0;
  }

  /** Counts up and returns the new count. */
  int increment(int key) {
    long[] t = table;
    int mask = t.length - 1;
    int at = home(key, mask);
    for (; t[at] != 0; at = at + 1 & mask) {
      if (key(t[at]) == key) {
        return (int) ++t[at];
      }
    }
    t[at] = (long) (key + 1) << 32 | 1;
    if (++size > (t.length >> 1) + (t.length >> 2)) {
      grow();
    }
    return 1;
  }

  /** Counts down and returns the new count; a count of 0 takes no place. */
  int decrement(int key) {
    int mask = table.length - 1;
    for (int at = home(key, mask); table[at] != 0; at = at + 1 & mask) {
      if (key(table[at]) == key) {
        int left = (int) --table[at];
        if (left == 0) {
          free(at);
        }
        return left;
      }
    }
    throw new IllegalStateException("nothing was counted for " + key);
  }

  /** Forgets one number. */
  void remove(int key) {
    int mask = table.length - 1;
    for (int at = home(key, mask); table[at] != 0; at = at + 1 & mask) {
      if (key(table[at]) == key) {
        free(at);
        return;
      }
    }
  }

  int size() {
    return size;
  }

  /** Number of places to go through with {@link #keyAt} and {@link #countAt}. */
  int places() {
    return table.length;
  }

  /** The key at a place, -1 if it is free. */
  int keyAt(int place) {
    return key(table[place]);
  }

  int countAt(int place) {
    return (int) table[place];
  }

  private void free(int hole) {
    int mask = table.length - 1;
    size--;
    for (int at = hole + 1 & mask; table[at] != 0; at = at + 1 & mask) {
      int home = home(key(table[at]), mask);
      if ((at - home & mask) >= (at - hole & mask)) { // its home is not past the hole
        table[hole] = table[at];
        hole = at;
      }
    }
    table[hole] = 0;
  }

  private void grow() {
    long[] old = table;
    table = new long[old.length * 2];
    int mask = table.length - 1;
    for (long entry : old) {
      if (entry != 0) {
        int at = home(key(entry), mask);
        while (table[at] != 0) {
          at = at + 1 & mask;
        }
        table[at] = entry;
      }
    }
  }

  private static int key(long entry) {
    return (int) (entry >>> 32) - 1;
  }

  private static int home(int key, int mask) {
    int h = key * 0x9E3779B1;
    return (h ^ h >>> 15) & mask;
  }
}
