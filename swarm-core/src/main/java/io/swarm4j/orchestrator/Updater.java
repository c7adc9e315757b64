package io.swarm4j.orchestrator;

import io.swarm4j.model.Node;
import io.swarm4j.model.Node.Availability;
import io.swarm4j.model.Reason;
import io.swarm4j.model.RolloutRecord;
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
import io.swarm4j.store.Change;
import io.swarm4j.store.Transaction;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Rolls a changed spec out, slot by slot, under the service's update or rollback policy.
 *
 * <p>Rules are the reference's: at most {@code parallelism} slots at a time, {@code delay} after
 * each; a new task that ends before it runs, or within {@code monitor} of that, counts as a
 * failure; more failures than {@code maxFailureRatio} pause or roll back; a rollback is never
 * rolled back; after the last slot one more {@code monitor} passes. While a roll-out is paused, a
 * failed slot is refilled with the new spec, unless the policy holds it.
 */
public final class Updater implements Reconciler {
  /** Why a task has to make room for one with a newer spec. */
  public static final Reason REPLACED = new Reason.Stopped("replaced by an update");

  private static final String IN_PROGRESS = "update in progress";

  private final RestartSupervisor restarts;
  private final Map<ServiceId, Rollout> rollouts = new LinkedHashMap<>();
  private final Set<ServiceId> unjudged = new LinkedHashSet<>();

  /** Those whose roll-out has not begun, because no node could take a new task. */
  private final Set<ServiceId> blocked = new LinkedHashSet<>();

  /** How long those may wait. */
  private final Set<Wait> limited = new HashSet<>();

  /** Those whose roll-out began before a paused node of theirs became free to take part. */
  private final Set<ServiceId> late = new LinkedHashSet<>();

  private final Rollout.Outcome outcome = new Outcome();

  private record Wait(ServiceId service, long specVersion, Instant until) {}

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
          rollout.taskChanged(tx, task);
        }
        if (task.state() == TaskState.RUNNING && isTransition(change)) {
          retireOld(tx, task);
        }
      } else if (change.latest() instanceof Service service) {
        serviceChanged((Service) change.before(), service, change.after() == null);
      } else if (change.after() instanceof Node after) {
        unjudged.addAll(blocked);
        if (change.before() instanceof Node before && isPaused(before) && !isPaused(after)) {
          tx.tasksOn(after.id()).forEach(task -> judgeNowOrLater(task.serviceId()));
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
        rollout.step(tx);
      }
    }
    if (!unjudged.isEmpty()) {
      control.again();
    }
  }

  private void serviceChanged(@Nullable Service before, Service service, boolean deleted) {
    if (deleted || service.isRemoved()) {
      drop(service.id());
    } else if (before != null
        && (before.specVersion() != service.specVersion()
            || (before.updateStatus() != null && service.updateStatus() == null))) {
      unjudged.add(service.id());
    }
  }

  private void judgeNowOrLater(ServiceId id) {
    (rollouts.containsKey(id) ? late : unjudged).add(id);
  }

  private void drop(ServiceId id) {
    Rollout rollout = rollouts.remove(id);
    if (rollout != null) {
      rollout.stop();
    }
  }

  private void judge(Transaction tx, Service service) {
    UpdateStatus status = service.updateStatus();
    Rollout running = rollouts.get(service.id());
    if (running != null && running.specVersion() == service.specVersion() && status != null) {
      return;
    }
    if (ServiceWrites.isPaused(service)) {
      return;
    }
    drop(service.id());
    blocked.remove(service.id());
    if (!retireOld(tx, service)) {
      unjudged.add(service.id());
      return;
    }
    boolean rollback = status != null && status.state() == State.ROLLBACK_STARTED;
    boolean unfinished = rollback || (status != null && status.state() == State.UPDATING);
    String why = status == null ? "" : status.message();
    List<SlotKey> dirty = openSlots(tx, service, unfinished || running != null);
    if (dirty.isEmpty()) {
      if (unfinished) {
        complete(tx, RolloutLog.begun(service, tx.now(), rollback, why), rollback);
      }
      return;
    }
    UpdatePolicy policy =
        rollback ? service.spec().effectiveRollback() : service.spec().effectiveUpdate();
    String obstacle = Feasibility.obstacle(tx, service);
    if (!obstacle.isEmpty()) {
      blocked.add(service.id());
      announce(tx, service, rollback, unfinished, "waits: " + obstacle);
      limitWait(tx, service.id(), policy, rollback);
      return;
    }
    String noRoom =
        policy.order() == UpdateOrder.START_FIRST ? Feasibility.noRoomBeside(tx, service) : "";
    boolean stopFirst = service.spec().isFenced() || !noRoom.isEmpty();
    UpdateOrder order = stopFirst ? UpdateOrder.STOP_FIRST : policy.order();
    Rollout rollout =
        new Rollout(control, restarts, outcome, service, policy, order, rollback, dirty);
    rollouts.put(service.id(), rollout);
    announce(
        tx, service, rollback, unfinished, noRoom.isEmpty() ? "" : "stop-first, because " + noRoom);
    rollout.start(tx);
  }

  /** A roll-out that waits for a node makes no progress either. */
  private void limitWait(Transaction tx, ServiceId id, UpdatePolicy policy, boolean rollback) {
    Service waiting = tx.service(id);
    Duration deadline = policy.progressDeadline();
    if (waiting == null || deadline == null) {
      return;
    }
    UpdateStatus status = waiting.updateStatus();
    Instant since = status == null ? tx.now() : lastStep(tx, waiting, status.startedAt());
    Wait wait = new Wait(id, waiting.specVersion(), since.plus(deadline));
    if (limited.add(wait)) {
      Duration left = Duration.between(tx.now(), wait.until());
      control.after(
          left.isNegative() ? Duration.ZERO : left,
          later -> {
            Service then = later.service(id);
            boolean same = then != null && then.specVersion() == wait.specVersion();
            if (limited.remove(wait) && same && blocked.remove(id)) {
              fail(later, id, policy, rollback, "no progress for " + deadline);
            }
          });
    }
  }

  private static Instant lastStep(Transaction tx, Service service, Instant begun) {
    return tx.tasksOf(service.id()).stream()
        .filter(task -> task.specVersion() == service.specVersion())
        .map(task -> task.meta().createdAt())
        .filter(begun::isBefore)
        .max(Instant::compareTo)
        .orElse(begun);
  }

  /**
   * Notes that a roll-out is under way.
   *
   * @param remark what is particular about it, empty for nothing
   */
  private static void announce(
      Transaction tx, Service service, boolean rollback, boolean unfinished, String remark) {
    UpdateStatus status = service.updateStatus();
    Service begun =
        RolloutLog.begun(service, tx.now(), rollback, status == null ? "" : status.message());
    if (!rollback) {
      Instant since = status == null || !unfinished ? tx.now() : status.startedAt();
      String message = remark.isEmpty() ? IN_PROGRESS : IN_PROGRESS + ", " + remark;
      begun = begun.withUpdateStatus(new UpdateStatus(State.UPDATING, since, null, message));
    }
    if (!begun.equals(service)) {
      tx.put(begun);
    }
  }

  /**
   * The slots that are to be replaced; if a roll-out was under way, of an earlier leader or of the
   * spec before, first of all those whose new task does not run yet, so that no more are in work
   * than may be.
   */
  private static List<SlotKey> openSlots(Transaction tx, Service service, boolean unfinished) {
    List<SlotKey> begun = new ArrayList<>();
    List<SlotKey> dirty = new ArrayList<>();
    for (SlotKey slot : tx.slotsOf(service.id())) {
      List<Task> tasks =
          tx.tasksIn(service.id(), slot).stream().filter(Task::isDesiredAlive).toList();
      if (unfinished && tasks.stream().anyMatch(task -> isBegun(tx, service, task))) {
        begun.add(slot);
      } else if (!isOnPausedNode(tx, slot)
          && tasks.stream().anyMatch(task -> Dirt.isDirty(tx, service, task))) {
        dirty.add(slot);
      }
    }
    begun.sort(null);
    dirty.sort(null);
    begun.addAll(dirty);
    return begun;
  }

  /** Whether a slot is updated later, since its node takes no new task now. */
  static boolean isOnPausedNode(Transaction tx, SlotKey slot) {
    return slot instanceof SlotKey.OnNode on && isPaused(tx.node(on.node()));
  }

  private static boolean isPaused(@Nullable Node node) {
    return node != null && node.spec().availability() == Availability.PAUSE;
  }

  private static boolean isBegun(Transaction tx, Service service, Task task) {
    return task.state().isBefore(TaskState.RUNNING) && !Dirt.isDirty(tx, service, task);
  }

  private static boolean isTransition(Change change) {
    return !(change.before() instanceof Task before && before.state() == TaskState.RUNNING);
  }

  /**
   * Where the new task starts first, the old one ends once it, or a successor of it, runs: also
   * while the roll-out is paused.
   */
  private static void retireOld(Transaction tx, Task running) {
    Service service = tx.service(running.serviceId());
    if (service != null) {
      retireOld(tx, service, running.slot());
    }
  }

  /**
   * The same where a spec is in force again whose task still runs beside a newer one; returns
   * whether all is done, rather than cut short because the transaction is full.
   */
  private static boolean retireOld(Transaction tx, Service service) {
    if (ServiceWrites.mayStartFirst(service)) {
      for (SlotKey slot : tx.slotsOf(service.id())) {
        if (tx.isFull()) {
          return false;
        }
        retireOld(tx, service, slot);
      }
    }
    return true;
  }

  private static void retireOld(Transaction tx, Service service, SlotKey slot) {
    List<Task> tasks = tx.tasksIn(service.id(), slot);
    if (tasks.size() > 1 && tasks.stream().anyMatch(task -> takesOver(tx, service, task))) {
      for (Task task : tasks) {
        if (task.isDesiredAlive() && Dirt.isDirty(tx, service, task)) {
          Rollout.retire(tx, task);
        }
      }
    }
  }

  private static boolean takesOver(Transaction tx, Service service, Task task) {
    return task.state() == TaskState.RUNNING
        && task.isDesiredAlive()
        && !LostNodes.isCutOff(task)
        && !Dirt.isDirty(tx, service, task);
  }

  private static void complete(Transaction tx, Service service, boolean rollback) {
    Service done = RolloutLog.ended(service, tx.now(), RolloutRecord.Outcome.COMPLETED, "");
    UpdateStatus status = service.updateStatus();
    tx.put(
        done.withUpdateStatus(
            new UpdateStatus(
                rollback ? State.ROLLBACK_COMPLETED : State.COMPLETED,
                status == null ? tx.now() : status.startedAt(),
                tx.now(),
                rollback ? "rollback completed" : "update completed")));
  }

  private static void pause(Transaction tx, Service service, State state, String message) {
    Service paused = RolloutLog.ended(service, tx.now(), RolloutRecord.Outcome.PAUSED, message);
    UpdateStatus status = service.updateStatus();
    tx.put(
        paused.withUpdateStatus(
            new UpdateStatus(
                state, status == null ? tx.now() : status.startedAt(), null, message)));
  }

  private static void fail(
      Transaction tx, ServiceId id, UpdatePolicy policy, boolean rollback, String cause) {
    Service service = tx.service(id);
    if (service == null) {
      return;
    }
    if (rollback) {
      pause(tx, service, State.ROLLBACK_PAUSED, "rollback paused due to " + cause);
    } else if (policy.failureAction() == FailureAction.ROLLBACK && service.previousSpec() != null) {
      ServiceWrites.rollbackFailed(tx, service, "update rolled back due to " + cause);
    } else {
      pause(tx, service, State.PAUSED, "update paused due to " + cause);
    }
  }

  @Override
  public void end() {
    rollouts.values().forEach(Rollout::stop);
    rollouts.clear();
    unjudged.clear();
    blocked.clear();
    limited.clear();
    late.clear();
  }

  private final class Outcome implements Rollout.Outcome {
    @Override
    public void completed(Transaction tx, Rollout rollout) {
      rollouts.remove(rollout.service(), rollout);
      Service service = tx.service(rollout.service());
      if (service != null) {
        complete(tx, service, rollout.isRollback());
      }
      if (late.remove(rollout.service())) {
        unjudged.add(rollout.service());
      }
    }

    @Override
    public void failed(Transaction tx, Rollout rollout, String cause) {
      rollouts.remove(rollout.service(), rollout);
      fail(tx, rollout.service(), rollout.policy(), rollout.isRollback(), cause);
    }
  }
}
