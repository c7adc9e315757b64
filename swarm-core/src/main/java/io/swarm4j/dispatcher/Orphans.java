package io.swarm4j.dispatcher;

import io.swarm4j.model.DisconnectPolicy;
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
    tx.tasksOn(node).forEach(task -> orphan(tx, task, node, why));
  }

  /**
   * The same for a node that is listed but has been down for too long; tasks that shall be kept for
   * its return are.
   */
  static void orphanLost(Transaction tx, NodeId node, String why) {
    for (Task task : tx.tasksOn(node)) {
      boolean kept =
          task.isDesiredAlive() && tx.specOf(task).disconnect() instanceof DisconnectPolicy.Keep;
      if (!kept) {
        orphan(tx, task, node, why);
      }
    }
  }

  private static void orphan(Transaction tx, Task task, NodeId node, String why) {
    if (!task.state().isTerminal()) {
      tx.put(
          task.withStatus(
              new TaskStatus(
                  TaskState.ORPHANED,
                  tx.now(),
                  why,
                  "",
                  new Reason.NodeLost(node, why),
                  task.status().container())));
    }
  }
}
