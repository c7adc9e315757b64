package io.swarm4j.orchestrator;

import io.swarm4j.model.Dependency;
import io.swarm4j.model.Meta;
import io.swarm4j.model.NodeId;
import io.swarm4j.model.Reason;
import io.swarm4j.model.Service;
import io.swarm4j.model.SlotKey;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskState;
import io.swarm4j.model.TaskStatus;
import io.swarm4j.store.Transaction;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes the first record of a task. */
final class NewTasks {
  private NewTasks() {}

  /**
   * A task that shall run, or complete if its service is a job: at once, or as soon as the services
   * are there that it depends on.
   */
  static Task create(Control control, Transaction tx, Service service, SlotKey slot) {
    return create(control, tx, service, slot, 0);
  }

  /**
   * The same for a run of a job.
   *
   * @param iteration number of the run; 0 if the service is no job
   */
  static Task create(
      Control control, Transaction tx, Service service, SlotKey slot, int iteration) {
    Dependency unmet = Dependencies.unmet(tx, service.spec());
    if (unmet != null) {
      Reason reason = Dependencies.reason(unmet);
      return create(
          control, tx, service, slot, iteration, TaskState.READY, reason, Dependencies.text(unmet));
    }
    TaskState desired = service.spec().mode().isJob() ? TaskState.COMPLETE : TaskState.RUNNING;
    return create(control, tx, service, slot, iteration, desired, null, "");
  }

  /** A task that is made ready and waits, for the given reason, to be told to run. */
  static Task createWaiting(
      Control control, Transaction tx, Service service, SlotKey slot, Reason reason) {
    return createWaiting(control, tx, service, slot, 0, reason);
  }

  /** The same for a run of a job. */
  static Task createWaiting(
      Control control,
      Transaction tx,
      Service service,
      SlotKey slot,
      int iteration,
      Reason reason) {
    return create(control, tx, service, slot, iteration, TaskState.READY, reason, "");
  }

  private static Task create(
      Control control,
      Transaction tx,
      Service service,
      SlotKey slot,
      int iteration,
      TaskState desired,
      @Nullable Reason reason,
      String err) {
    NodeId node = slot instanceof SlotKey.OnNode bound ? bound.node() : null;
    TaskStatus status = new TaskStatus(TaskState.NEW, tx.now(), "created", err, reason, null);
    return tx.put(
        new Task(
            control.ids().task(),
            Meta.NEW,
            service.id(),
            service.specVersion(),
            slot,
            node,
            desired,
            status,
            List.of(),
            List.of(),
            iteration,
            tx.revision()));
  }
}
