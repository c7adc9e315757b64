package io.swarm4j.dispatcher;

import io.swarm4j.model.NodeId;
import io.swarm4j.model.Reason;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskState;
import io.swarm4j.model.TaskStatus;
import io.swarm4j.store.Transaction;

/** Gives up tasks of a node that will not report again. */
public final class Orphans {
  private Orphans() {}

  /** Marks all tasks of the node that have not ended as orphaned. */
  public static void orphanAll(Transaction tx, NodeId node, String why) {
    for (Task task : tx.tasksOn(node)) {
      if (!task.state().isTerminal()) {
        TaskStatus status =
            new TaskStatus(
                TaskState.ORPHANED,
                tx.now(),
                why,
                "",
                new Reason.NodeLost(node, why),
                task.status().container());
        tx.put(task.withStatus(status));
      }
    }
  }
}
