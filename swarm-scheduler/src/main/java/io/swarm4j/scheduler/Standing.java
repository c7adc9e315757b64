package io.swarm4j.scheduler;

import io.swarm4j.model.NodeId;
import io.swarm4j.model.SlotKey;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskState;
import org.jspecify.annotations.Nullable;

/** What a task means to the scheduler, in the order in which a task passes through. */
final class Standing {
  /** Nothing: not allocated yet, ended, or not wanted before it was placed. */
  static final int NONE = 0;

  /** Waits for a node. */
  static final int WAITING = 1;

  /** Has a node since it was made, and waits for it to be confirmed. */
  static final int BOUND = 2;

  /** Holds its node and is wanted. */
  static final int ACTIVE = 3;

  /** Holds its node still, but is to end. */
  static final int PASSIVE = 4;

  private static final int KIND_BITS = 3;

  private Standing() {}

  static int of(Task task) {
    TaskState state = task.state();
    if (state == TaskState.PENDING) {
      if (!task.isDesiredAlive()) {
        return NONE;
      }
      return task.nodeId() == null ? WAITING : BOUND;
    }
    if (state == TaskState.NEW || state.isTerminal() || task.nodeId() == null) {
      return NONE;
    }
    return task.isDesiredAlive() ? ACTIVE : PASSIVE;
  }

  /** The node that a task was made for; null if any would do. */
  static @Nullable NodeId boundTo(Task task) {
    boolean isBound =
        task.slot() instanceof SlotKey.OnNode || !task.state().isAfter(TaskState.PENDING);
    return isBound ? task.nodeId() : null;
  }

  /** A standing and the slot that it refers to, in one number. */
  static int code(int standing, int slot) {
    return slot << KIND_BITS | standing;
  }

  static int kind(int code) {
    return code & (1 << KIND_BITS) - 1;
  }

  static int slot(int code) {
    return code >>> KIND_BITS;
  }
}
