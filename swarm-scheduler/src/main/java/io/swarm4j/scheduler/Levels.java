package io.swarm4j.scheduler;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All nodes by how many tasks they have: for each number a set of node positions.
 *
 * <p>Going through the sets from the lowest number on, and through each by position, meets the
 * nodes in the order of spreading. There are few numbers at a time, since to have n different ones
 * takes n²/2 tasks.
 */
final class Levels {
  private final List<long[]> spare = new ArrayList<>();
  private long[] @Nullable [] sets = new long[64][];
  private int[] sizes = new int[64];
  private long[] inUse = new long[1];
  private int used;
  private int words;

  void reset(int newWords) {
    words = newWords;
    spare.clear();
    Arrays.fill(sets, null);
    Arrays.fill(sizes, 0);
    Arrays.fill(inUse, 0);
    used = 0;
  }

  void add(int position, int level) {
    if (level >= sets.length) {
      int length = Integer.highestOneBit(level) * 2;
      sets = Arrays.copyOf(sets, length);
      sizes = Arrays.copyOf(sizes, length);
      inUse = Arrays.copyOf(inUse, length >>> 6);
    }
    long[] set = sets[level];
    if (set == null) {
      set = spare.isEmpty() ? new long[words] : spare.remove(spare.size() - 1);
      sets[level] = set;
      Bits.set(inUse, level, true);
      used++;
    }
    Bits.set(set, position, true);
    sizes[level]++;
  }

  void remove(int position, int level) {
    long[] set = at(level);
    Bits.set(set, position, false);
    if (--sizes[level] == 0) {
      sets[level] = null;
      spare.add(set);
      Bits.set(inUse, level, false);
      used--;
    }
  }

  /** How many numbers of tasks occur. */
  int used() {
    return used;
  }

  /** The lowest number of tasks from {@code level} on that occurs, -1 if there is none. */
  int next(int level) {
    for (int word = level >>> 6; word < inUse.length; word++) {
      long bits = inUse[word] & (word == level >>> 6 ? -1L << level : -1L);
      if (bits != 0) {
        return word << 6 | Long.numberOfTrailingZeros(bits);
      }
    }
    return -1;
  }

  /** The nodes with that number of tasks; only for numbers that occur. */
  long[] at(int level) {
    long[] set = sets[level];
    if (set == null) {
      throw new IllegalStateException("no node has " + level + " tasks");
    }
    return set;
  }
}
