package io.swarm4j.dispatcher;

import io.swarm4j.model.NodeId;
import io.swarm4j.model.Reason;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskId;
import io.swarm4j.model.TaskState;
import io.swarm4j.model.TaskStatus;
import io.swarm4j.store.Transaction;

/**
 * Takes a node's word on a task into the state: only of tasks that it was given, and only forward.
 */
final class StatusMerge {
  private StatusMerge() {}

  static void apply(Transaction tx, NodeId node, TaskId id, TaskStatus reported) {
    Task task = tx.task(id);
    if (task == null
        || !node.equals(task.nodeId())
        || reported.state().isBefore(task.state())
        || task.state().isTerminal()) {
      return;
    }
    TaskStatus merged = keepingHold(task, reported);
    if (!merged.equals(task.status())) {
      tx.put(task.withStatus(merged));
    }
  }

  /**
   * A task that waits for its turn in the slot is held up by that, whatever its node has done
   * meanwhile.
   */
  private static TaskStatus keepingHold(Task task, TaskStatus reported) {
    Reason held = task.status().reason();
    if (held == null
        || !held.isHold()
        || task.desiredState() != TaskState.READY
        || reported.state().isAfter(TaskState.READY)) {
      return reported;
    }
    return reported.because(held, reported.err().isEmpty() ? task.status().err() : reported.err());
  }
}
