package io.swarm4j.scheduler;

import io.swarm4j.model.TaskId;
import org.jspecify.annotations.Nullable;

/**
 * What is accounted for each task, as one int; tasks without an entry have 0.
 *
 * <p>It makes accounting idempotent: a change that was seen before, or was made here, finds its
 * effect already in place. An open-addressed table, which takes some 16 bytes a task.
 */
final class TaskIndex {
  private static final int SMALLEST = 64;

  private @Nullable TaskId[] ids = new TaskId[SMALLEST];
  private int[] codes = new int[SMALLEST];
  private int size;

  int get(TaskId id) {
    int mask = ids.length - 1;
    for (int at = home(id, mask); ; at = at + 1 & mask) {
      TaskId there = ids[at];
      if (there == null) {
        return 0;
      }
      if (same(there, id)) {
        return codes[at];
      }
    }
  }

  /** Sets the code of a task, 0 to forget it. */
  void set(TaskId id, int code) {
    int mask = ids.length - 1;
    for (int at = home(id, mask); ; at = at + 1 & mask) {
      TaskId there = ids[at];
      if (there == null) {
        if (code != 0) {
          insert(at, id, code);
        }
        return;
      }
      if (same(there, id)) {
        if (code == 0) {
          remove(at);
        } else {
          codes[at] = code;
        }
        return;
      }
    }
  }

  private void insert(int at, TaskId id, int code) {
    ids[at] = id;
    codes[at] = code;
    if (++size > (ids.length >> 1) + (ids.length >> 3)) {
      grow();
    }
  }

  private void remove(int hole) {
    int mask = ids.length - 1;
    size--;
    for (int at = hole + 1 & mask; ; at = at + 1 & mask) {
      TaskId there = ids[at];
      if (there == null) {
        break;
      }
      if ((at - home(there, mask) & mask) >= (at - hole & mask)) { // its home is not past the hole
        ids[hole] = there;
        codes[hole] = codes[at];
        hole = at;
      }
    }
    ids[hole] = null;
  }

  private void grow() {
    @Nullable TaskId[] oldIds = ids;
    int[] oldCodes = codes;
    ids = new TaskId[oldIds.length * 2];
    codes = new int[ids.length];
    int mask = ids.length - 1;
    for (int i = 0; i < oldIds.length; i++) {
      TaskId id = oldIds[i];
      if (id != null) {
        int at = home(id, mask);
        while (ids[at] != null) {
          at = at + 1 & mask;
        }
        ids[at] = id;
        codes[at] = oldCodes[i];
      }
    }
  }

  private static boolean same(TaskId a, TaskId b) {
    return a == b || (a.lo() == b.lo() && a.hi() == b.hi());
  }

  private static int home(TaskId id, int mask) {
    long h = id.lo() * 0x9E3779B97F4A7C15L;
    return (int) (h >>> 32) & mask;
  }
}
