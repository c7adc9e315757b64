package io.swarm4j.orchestrator;

import io.swarm4j.model.Reason;
import io.swarm4j.model.Service;
import io.swarm4j.model.ServiceId;
import io.swarm4j.model.SlotKey;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskState;
import io.swarm4j.model.UpdatePolicy;
import io.swarm4j.model.UpdatePolicy.FailureAction;
import io.swarm4j.model.UpdatePolicy.UpdateOrder;
import io.swarm4j.model.UpdateStatus;
import io.swarm4j.model.UpdateStatus.State;
import io.swarm4j.orchestrator.Rollout.Replacement;
import io.swarm4j.store.Change;
import io.swarm4j.store.Transaction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Rolls a changed spec out, slot by slot, under the service's update or rollback policy.
 *
 * <p>Rules are the reference's: at most {@code parallelism} slots at a time, {@code delay} after
 * each; a new task that ends before it runs, or within {@code monitor} of that, counts as a
 * failure; more failures than {@code maxFailureRatio} pause or roll back; a rollback is never
 * rolled back; after the last slot one more {@code monitor} passes. While a roll-out is paused, a
 * failed slot is still refilled, with the new spec.
 */
public final class Updater implements Reconciler {
  private final RestartSupervisor restarts;
  private final Map<ServiceId, Rollout> rollouts = new LinkedHashMap<>();
  private final Set<ServiceId> unjudged = new LinkedHashSet<>();

  @SuppressWarnings("NullAway.Init") // set by begin, before anything else is called
  private Control control;

  public Updater(RestartSupervisor restarts) {
    this.restarts = restarts;
  }

  @Override
  public void begin(Control newControl, Transaction tx) {
    control = newControl;
    tx.services().forEach(service -> unjudged.add(service.id()));
  }

  @Override
  public void reconcile(List<Change> changes, Transaction tx) {
    for (Change change : changes) {
      if (change.after() instanceof Task task) {
        Rollout rollout = rollouts.isEmpty() ? null : rollouts.get(task.serviceId());
        if (rollout != null) {
          taskChanged(tx, rollout, task);
        }
        if (task.state() == TaskState.RUNNING && isTransition(change)) {
          retireOld(tx, task);
        }
      } else if (change.latest() instanceof Service service) {
        if (change.after() == null || service.isRemoved()) {
          rollouts.remove(service.id());
        } else if (isNewsFor((Service) change.before(), service)) {
          unjudged.add(service.id());
        }
      }
    }
    for (Iterator<ServiceId> i = unjudged.iterator(); i.hasNext() && !tx.isFull(); ) {
      ServiceId id = i.next();
      i.remove();
      Service service = tx.service(id);
      if (service != null && !service.isRemoved() && !service.spec().mode().isJob()) {
        judge(tx, service);
      }
    }
    for (Rollout rollout : List.copyOf(rollouts.values())) {
      if (rollout.mayStartAnother()) {
        step(tx, rollout);
      }
    }
    if (!unjudged.isEmpty()) {
      control.again();
    }
  }

  private boolean isNewsFor(@Nullable Service before, Service after) {
    return before != null
        && (before.specVersion() != after.specVersion()
            || (before.updateStatus() != null && after.updateStatus() == null));
  }

  private void judge(Transaction tx, Service service) {
    UpdateStatus status = service.updateStatus();
    Rollout running = rollouts.get(service.id());
    if (running != null && running.specVersion == service.specVersion() && status != null) {
      return;
    }
    rollouts.remove(service.id());
    if (status != null
        && (status.state() == State.PAUSED || status.state() == State.ROLLBACK_PAUSED)) {
      return;
    }
    boolean rollback = status != null && status.state() == State.ROLLBACK_STARTED;
    boolean unfinished = rollback || (status != null && status.state() == State.UPDATING);
    List<SlotKey> dirty = dirtySlots(tx, service);
    if (dirty.isEmpty()) {
      if (unfinished) {
        complete(tx, service, rollback);
      }
      return;
    }
    UpdatePolicy policy =
        rollback ? service.spec().effectiveRollback() : service.spec().effectiveUpdate();
    Rollout rollout = new Rollout(service, policy, rollback, dirty, tx.now());
    rollouts.put(service.id(), rollout);
    if (!unfinished) {
      tx.put(
          service.withUpdateStatus(
              new UpdateStatus(State.UPDATING, tx.now(), null, "update in progress")));
    }
    watchProgress(rollout);
    step(tx, rollout);
  }

  private static List<SlotKey> dirtySlots(Transaction tx, Service service) {
    List<SlotKey> dirty = new ArrayList<>();
    for (SlotKey slot : tx.slotsOf(service.id())) {
      if (hasDirtyTask(tx, service, slot)) {
        dirty.add(slot);
      }
    }
    dirty.sort(null);
    return dirty;
  }

  private static boolean hasDirtyTask(Transaction tx, Service service, SlotKey slot) {
    for (Task task : tx.tasksIn(service.id(), slot)) {
      if (task.isDesiredAlive() && Dirt.isDirty(tx, service, task)) {
        return true;
      }
    }
    return false;
  }

  private void step(Transaction tx, Rollout rollout) {
    Service service = tx.service(rollout.service);
    if (service == null || rollouts.get(rollout.service) != rollout) {
      return;
    }
    while (rollout.mayStartAnother()) {
      if (tx.isFull()) {
        control.again();
        return;
      }
      replace(tx, service, rollout, rollout.waiting.remove());
    }
    if (rollout.isExhausted() && !rollout.finishing) {
      finishLater(rollout);
    }
  }

  private void replace(Transaction tx, Service service, Rollout rollout, SlotKey slot) {
    List<Task> old = new ArrayList<>();
    for (Task task : tx.tasksIn(service.id(), slot)) {
      if (task.isDesiredAlive() && Dirt.isDirty(tx, service, task)) {
        old.add(task);
      }
    }
    if (old.isEmpty()) {
      return; // the slot was refilled with the new spec, or given up, meanwhile
    }
    rollout.busy++;
    Task next = successor(tx, service, slot);
    if (next != null) {
      if (next.state() == TaskState.RUNNING || !startsFirst(rollout)) {
        old.forEach(task -> shutDownForUpdate(tx, task));
      }
    } else if (startsFirst(rollout)) {
      next = NewTasks.create(control, tx, service, slot);
    } else {
      Task last = old.get(old.size() - 1);
      next =
          NewTasks.createWaiting(
              control, tx, service, slot, new Reason.AwaitingPredecessor(last.id()));
      old.forEach(task -> shutDownForUpdate(tx, task));
      restarts.startAfter(tx, next, Objects.requireNonNull(tx.task(last.id())));
    }
    rollout.byNewTask.put(next.id(), new Replacement(slot));
    taskChanged(tx, rollout, next); // one that an earlier leader made may run already
  }

  /** A task that may stay, left in the slot by an earlier leader, roll-out or restart. */
  private static @Nullable Task successor(Transaction tx, Service service, SlotKey slot) {
    for (Task task : tx.tasksIn(service.id(), slot)) {
      if (task.isDesiredAlive() && !task.state().isTerminal() && !Dirt.isDirty(tx, service, task)) {
        return task;
      }
    }
    return null;
  }

  private static void shutDownForUpdate(Transaction tx, Task task) {
    TaskWrites.shutDown(tx, task, new Reason.Stopped("replaced by an update"), "");
  }

  private void taskChanged(Transaction tx, Rollout rollout, Task task) {
    Replacement replacement = rollout.byNewTask.get(task.id());
    if (replacement == null) {
      return;
    }
    if (task.state() == TaskState.RUNNING && replacement.runningSince == null) {
      replacement.runningSince = tx.now();
      rollout.lastProgress = tx.now();
      if (startsFirst(rollout)) {
        retireOld(tx, task);
      }
      settle(tx, rollout, replacement);
    } else if (task.state().isTerminal() || !task.isDesiredAlive()) {
      ended(tx, rollout, replacement, task);
    }
  }

  private static boolean startsFirst(Rollout rollout) {
    return rollout.policy.order() == UpdateOrder.START_FIRST;
  }

  private static boolean isTransition(Change change) {
    return !(change.before() instanceof Task before && before.state() == TaskState.RUNNING);
  }

  /** Where the new task starts first, the old one ends once it, or a successor of it, runs. */
  private static void retireOld(Transaction tx, Task running) {
    Service service = tx.service(running.serviceId());
    List<Task> slot = tx.tasksIn(running.serviceId(), running.slot());
    if (slot.size() > 1
        && service != null
        && running.isDesiredAlive()
        && !Dirt.isDirty(tx, service, running)) {
      for (Task task : slot) {
        if (task.isDesiredAlive() && Dirt.isDirty(tx, service, task)) {
          shutDownForUpdate(tx, task);
        }
      }
    }
  }

  private void ended(Transaction tx, Rollout rollout, Replacement replacement, Task task) {
    boolean monitored =
        replacement.runningSince == null
            || Duration.between(replacement.runningSince, tx.now())
                    .compareTo(rollout.policy.monitor())
                <= 0;
    if (monitored
        && task.state().isTerminal()
        && rollout.policy.failureAction() != FailureAction.CONTINUE
        && rollout.failed.add(task.id())
        && rollout.failedTooOften()) {
      fail(tx, rollout, "failure or early termination of task " + task.id());
    } else {
      settle(tx, rollout, replacement);
    }
  }

  /** Frees the place of a slot that is done, once the delay has passed. */
  private void settle(Transaction tx, Rollout rollout, Replacement replacement) {
    if (replacement.settled) {
      return;
    }
    replacement.settled = true;
    Duration delay = rollout.waiting.isEmpty() ? Duration.ZERO : rollout.policy.delay();
    if (delay.isZero()) {
      free(tx, rollout);
    } else {
      control.after(delay, later -> free(later, rollout));
    }
  }

  private void free(Transaction tx, Rollout rollout) {
    rollout.busy--;
    step(tx, rollout);
  }

  private void finishLater(Rollout rollout) {
    rollout.finishing = true;
    boolean watch = rollout.policy.failureAction() != FailureAction.CONTINUE;
    control.after(
        watch ? rollout.policy.monitor() : Duration.ZERO,
        tx -> {
          Service service = tx.service(rollout.service);
          if (service != null && rollouts.remove(rollout.service, rollout)) {
            complete(tx, service, rollout.rollback);
          }
        });
  }

  private static void complete(Transaction tx, Service service, boolean rollback) {
    UpdateStatus status = service.updateStatus();
    tx.put(
        service.withUpdateStatus(
            new UpdateStatus(
                rollback ? State.ROLLBACK_COMPLETED : State.COMPLETED,
                status == null ? tx.now() : status.startedAt(),
                tx.now(),
                rollback ? "rollback completed" : "update completed")));
  }

  private void fail(Transaction tx, Rollout rollout, String cause) {
    Service service = tx.service(rollout.service);
    if (service == null || !rollouts.remove(rollout.service, rollout)) {
      return;
    }
    if (rollout.rollback) {
      mark(tx, service, State.ROLLBACK_PAUSED, "rollback paused due to " + cause);
    } else if (rollout.policy.failureAction() == FailureAction.ROLLBACK
        && service.previousSpec() != null) {
      ServiceWrites.rollbackFailed(tx, service, "update rolled back due to " + cause);
    } else {
      mark(tx, service, State.PAUSED, "update paused due to " + cause);
    }
  }

  private static void mark(Transaction tx, Service service, State state, String message) {
    UpdateStatus status = service.updateStatus();
    tx.put(
        service.withUpdateStatus(
            new UpdateStatus(
                state, status == null ? tx.now() : status.startedAt(), null, message)));
  }

  private void watchProgress(Rollout rollout) {
    Duration deadline = rollout.policy.progressDeadline();
    if (deadline != null) {
      control.after(deadline, tx -> checkProgress(tx, rollout, deadline));
    }
  }

  private void checkProgress(Transaction tx, Rollout rollout, Duration deadline) {
    if (rollouts.get(rollout.service) != rollout || rollout.finishing) {
      return;
    }
    Duration idle = Duration.between(rollout.lastProgress, tx.now());
    if (idle.compareTo(deadline) >= 0) {
      fail(tx, rollout, "no progress for " + deadline);
    } else {
      control.after(deadline.minus(idle), later -> checkProgress(later, rollout, deadline));
    }
  }

  @Override
  public void end() {
    rollouts.clear();
    unjudged.clear();
  }
}
