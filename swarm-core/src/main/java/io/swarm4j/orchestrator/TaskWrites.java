package io.swarm4j.orchestrator;

import io.swarm4j.model.Dependency;
import io.swarm4j.model.Reason;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskState;
import io.swarm4j.model.TaskStatus;
import io.swarm4j.store.Transaction;

/** The few ways in which the leader changes what it wants of a task. */
final class TaskWrites {
  private TaskWrites() {}

  /**
   * Tells a task to end, unless it was told so before; a task that has not ended yet keeps the
   * cause as its reason.
   */
  static Task shutDown(Transaction tx, Task task, Reason cause, String err) {
    return end(tx, task, TaskState.SHUTDOWN, cause, err);
  }

  /** Tells a task to end and to leave no history. */
  static Task remove(Transaction tx, Task task, String cause) {
    return end(tx, task, TaskState.REMOVE, new Reason.Stopped(cause), "");
  }

  private static Task end(Transaction tx, Task task, TaskState desired, Reason cause, String err) {
    if (!task.desiredState().isBefore(desired)) {
      return task;
    }
    Task ended = task.withDesiredState(desired);
    if (task.state().isBefore(TaskState.ASSIGNED)) {
      // No node knows of it, so that nobody else would ever tell its end.
      ended =
          ended.withStatus(
              new TaskStatus(TaskState.SHUTDOWN, tx.now(), "shutdown", err, cause, null));
    } else if (!task.state().isTerminal()) {
      String text = err.isEmpty() ? task.status().err() : err;
      ended = ended.withStatus(task.status().because(cause, text));
    }
    return tx.put(ended);
  }

  /** Lets a waiting task run, unless it has services to wait for. */
  static Task release(Transaction tx, Task task) {
    ServiceSpec spec = tx.specOf(task);
    Dependency unmet = Dependencies.unmet(tx, spec);
    if (unmet != null) {
      return tx.put(
          task.withStatus(
              task.status().because(Dependencies.reason(unmet), Dependencies.text(unmet))));
    }
    TaskStatus status = task.status();
    Reason held = status.reason();
    return tx.put(
        task.withDesiredState(spec.mode().isJob() ? TaskState.COMPLETE : TaskState.RUNNING)
            .withStatus(
                held != null && held.isHold()
                    ? status.because(Reason.InProgress.of(status.state()), "")
                    : status));
  }
}
