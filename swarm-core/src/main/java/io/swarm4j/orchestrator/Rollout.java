package io.swarm4j.orchestrator;

import io.swarm4j.model.Reason;
import io.swarm4j.model.Service;
import io.swarm4j.model.ServiceId;
import io.swarm4j.model.SlotKey;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskId;
import io.swarm4j.model.TaskState;
import io.swarm4j.model.UpdatePolicy;
import io.swarm4j.model.UpdatePolicy.FailureAction;
import io.swarm4j.model.UpdatePolicy.UpdateOrder;
import io.swarm4j.store.Transaction;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One roll-out under way: replaces the tasks of slots, at most {@code parallelism} at a time, and
 * tells when it is through or has failed.
 *
 * <p>Once stopped it does nothing any more.
 */
final class Rollout {
  private static final Duration BEYOND_DELAY = Duration.ofSeconds(1);

  private final Control control;
  private final RestartSupervisor restarts;
  private final Outcome outcome;
  private final ServiceId service;
  private final long specVersion;
  private final UpdatePolicy policy;
  private final UpdateOrder order;
  private final boolean rollback;
  private final ArrayDeque<SlotKey> waiting;
  private final int total;
  private final Map<TaskId, Replacement> byNewTask = new HashMap<>();
  private final Set<TaskId> failed = new HashSet<>();
  private int busy;
  private boolean stopped;
  private boolean finishing;
  private Instant lastProgress;

  /** Who hears how a roll-out came out; it is told once, and only if it was not stopped. */
  interface Outcome {
    void completed(Transaction tx, Rollout rollout);

    void failed(Transaction tx, Rollout rollout, String cause);
  }

  /** A slot whose task is being replaced. */
  private static final class Replacement {
    private final SlotKey slot;
    private @Nullable Instant runningSince;
    private boolean settled;

    Replacement(SlotKey slot) {
      this.slot = slot;
    }
  }

  /**
   * A roll-out that has not begun.
   *
   * @param order what {@code policy} asks for, or what is possible instead
   * @param dirty the slots to be replaced, in this order
   */
  Rollout(
      Control control,
      RestartSupervisor restarts,
      Outcome outcome,
      Service service,
      UpdatePolicy policy,
      UpdateOrder order,
      boolean rollback,
      List<SlotKey> dirty) {
    this.control = control;
    this.restarts = restarts;
    this.outcome = outcome;
    this.service = service.id();
    this.specVersion = service.specVersion();
    this.policy = policy;
    this.order = order;
    this.rollback = rollback;
    this.waiting = new ArrayDeque<>(dirty);
    this.total = dirty.size();
    this.lastProgress = control.now();
  }

  ServiceId service() {
    return service;
  }

  long specVersion() {
    return specVersion;
  }

  UpdatePolicy policy() {
    return policy;
  }

  boolean isRollback() {
    return rollback;
  }

  /** Ends the roll-out, wherever it stands. */
  void stop() {
    stopped = true;
  }

  boolean mayStartAnother() {
    return !stopped
        && !waiting.isEmpty()
        && (policy.parallelism() == 0 || busy < policy.parallelism());
  }

  /** Begins. */
  void start(Transaction tx) {
    Duration deadline = policy.progressDeadline();
    if (deadline != null) {
      control.after(deadline, later -> checkProgress(later, deadline));
    }
    step(tx);
  }

  /** Begins with as many slots as may be in work. */
  void step(Transaction tx) {
    Service present = tx.service(service);
    if (present == null) {
      return;
    }
    while (mayStartAnother()) {
      if (tx.isFull()) {
        control.again();
        return;
      }
      replace(tx, present, waiting.remove());
    }
    if (!stopped && waiting.isEmpty() && busy == 0 && !finishing) {
      finishing = true;
      control.after(watchesFailures() ? monitor() : Duration.ZERO, this::finish);
    }
  }

  private void finish(Transaction tx) {
    if (!stopped) {
      stopped = true;
      outcome.completed(tx, this);
    }
  }

  private boolean watchesFailures() {
    return policy.failureAction() != FailureAction.CONTINUE;
  }

  /** How long a new task is watched; a delay must not outlast it, or failures would be missed. */
  private Duration monitor() {
    return policy.delay().compareTo(policy.monitor()) < 0
        ? policy.monitor()
        : policy.delay().plus(BEYOND_DELAY);
  }

  private void replace(Transaction tx, Service present, SlotKey slot) {
    List<Task> old = new ArrayList<>();
    Task begun = null;
    for (Task task : tx.tasksIn(service, slot)) {
      if (task.isDesiredAlive()) {
        if (Dirt.isDirty(tx, present, task)) {
          old.add(task);
        } else {
          begun = task; // by an earlier leader, or before a pause
        }
      }
    }
    if (old.isEmpty() && (begun == null || begun.state() == TaskState.RUNNING)) {
      return; // the slot was refilled with the new spec, or given up, meanwhile
    }
    if (begun == null && Updater.isOnPausedNode(tx, slot)) {
      return;
    }
    busy++;
    Task next = begun == null ? begin(tx, present, slot, old.get(old.size() - 1)) : begun;
    if (order == UpdateOrder.STOP_FIRST || next.state() == TaskState.RUNNING) {
      old.forEach(task -> retire(tx, task));
      if (!old.isEmpty() && next.desiredState() == TaskState.READY) {
        restarts.startAfter(tx, next, old);
      }
    }
    Replacement replacement = new Replacement(slot);
    byNewTask.put(next.id(), replacement);
    if (next.state() == TaskState.RUNNING) {
      isRunning(tx, replacement);
    }
  }

  private Task begin(Transaction tx, Service present, SlotKey slot, Task last) {
    return order == UpdateOrder.START_FIRST
        ? NewTasks.create(control, tx, present, slot)
        : NewTasks.createWaiting(
            control, tx, present, slot, new Reason.AwaitingPredecessor(last.id()));
  }

  static void retire(Transaction tx, Task task) {
    TaskWrites.shutDown(tx, task, Updater.REPLACED, "");
  }

  /** Follows a task of the service. */
  void taskChanged(Transaction tx, Task task) {
    Replacement replacement = byNewTask.get(task.id());
    if (replacement == null) {
      return;
    }
    if (task.state() == TaskState.RUNNING && replacement.runningSince == null) {
      isRunning(tx, replacement);
    } else if (task.state().isTerminal()) {
      ended(tx, replacement, task);
    } else if (!task.isDesiredAlive()) {
      moved(tx, replacement, task);
    }
  }

  private void isRunning(Transaction tx, Replacement replacement) {
    replacement.runningSince = tx.now();
    lastProgress = tx.now();
    settle(tx, replacement);
  }

  private void ended(Transaction tx, Replacement replacement, Task task) {
    boolean monitored =
        replacement.runningSince == null
            || Duration.between(replacement.runningSince, tx.now()).compareTo(monitor()) <= 0;
    if (monitored && !stopped && watchesFailures() && failed.add(task.id()) && failedTooOften()) {
      fail(tx, "failure or early termination of task " + task.id());
    } else {
      settle(tx, replacement);
    }
  }

  private boolean failedTooOften() {
    return (double) failed.size() / total > policy.maxFailureRatio();
  }

  private void fail(Transaction tx, String cause) {
    stopped = true;
    outcome.failed(tx, this, cause);
  }

  /**
   * The task is wanted no more, as when its node is drained: what counts is who takes its place.
   */
  private void moved(Transaction tx, Replacement replacement, Task task) {
    if (replacement.runningSince == null) {
      for (Task other : tx.tasksIn(service, replacement.slot)) {
        if (other.isDesiredAlive() && other.specVersion() == task.specVersion()) {
          byNewTask.remove(task.id());
          byNewTask.put(other.id(), replacement);
          if (other.state() == TaskState.RUNNING) { // it stood in for one that did not
            isRunning(tx, replacement);
          }
          return;
        }
      }
    }
    settle(tx, replacement);
  }

  /** Frees the place of a slot that is done, once the delay has passed. */
  private void settle(Transaction tx, Replacement replacement) {
    if (replacement.settled) {
      return;
    }
    replacement.settled = true;
    Duration delay = waiting.isEmpty() ? Duration.ZERO : policy.delay();
    if (delay.isZero()) {
      free(tx);
    } else {
      control.after(delay, this::free);
    }
  }

  private void free(Transaction tx) {
    busy--;
    step(tx);
  }

  private void checkProgress(Transaction tx, Duration deadline) {
    if (stopped || finishing) {
      return;
    }
    Duration idle = Duration.between(lastProgress, tx.now());
    if (idle.compareTo(deadline) >= 0) {
      fail(tx, "no progress for " + deadline);
    } else {
      control.after(deadline.minus(idle), later -> checkProgress(later, deadline));
    }
  }
}
