package io.swarm4j.scheduler;

import java.time.Duration;

/** Recent failures of the tasks of one service and spec version, by node. */
final class FailureLog {
  /** Failures on a node from which others are preferred. */
  static final int MANY = 5;

  /** How long a failure is held against a node. */
  static final Duration WINDOW = Duration.ofMinutes(5);

  private final Counts recent = new Counts();
  private long[] times = new long[8];
  private int[] slots = new int[8];
  private int head;
  private int size;

  /** Notes a failure; times, in milliseconds, should not go back. */
  void add(int slot, long at) {
    if (size == times.length) {
      grow();
    }
    int tail = head + size++ & times.length - 1;
    times[tail] = at;
    slots[tail] = slot;
    recent.increment(slot);
  }

  /** Drops what is older than the window. */
  void expire(long now) {
    while (size > 0 && times[head] <= now - WINDOW.toMillis()) {
      if (slots[head] >= 0) {
        recent.decrement(slots[head]);
      }
      head = head + 1 & times.length - 1;
      size--;
    }
  }

  /** Forgets a node that is gone. */
  void forget(int slot) {
    for (int i = 0; i < size; i++) {
      int at = head + i & times.length - 1;
      if (slots[at] == slot) {
        slots[at] = -1;
      }
    }
    recent.remove(slot);
  }

  boolean isEmpty() {
    return recent.size() == 0;
  }

  /** Recent failures on a node, 0 while they are not many. */
  int weighing(int slot) {
    int failures = recent.get(slot);
    return failures >= MANY ? failures : 0;
  }

  int recent(int slot) {
    return recent.get(slot);
  }

  /** Recent failures by node. */
  Counts byNode() {
    return recent;
  }

  private void grow() {
    long[] newTimes = new long[times.length * 2];
    int[] newSlots = new int[newTimes.length];
    for (int i = 0; i < size; i++) {
      newTimes[i] = times[head + i & times.length - 1];
      newSlots[i] = slots[head + i & times.length - 1];
    }
    times = newTimes;
    slots = newSlots;
    head = 0;
  }
}
