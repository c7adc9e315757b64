package io.swarm4j.orchestrator;

import io.swarm4j.model.Node;
import io.swarm4j.model.Reason;
import io.swarm4j.model.RestartPolicy;
import io.swarm4j.model.Service;
import io.swarm4j.model.ServiceId;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.SlotKey;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskId;
import io.swarm4j.model.TaskState;
import io.swarm4j.store.Change;
import io.swarm4j.store.Transaction;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Replaces tasks in their slot under the restart policy: the new task is made at once, prepares
 * itself, and runs when the delay has passed and the old one is gone.
 *
 * <p>An old task that does not end, on a node in reach, is waited for at most one minute.
 */
public final class RestartSupervisor implements Reconciler {
  private static final Duration OLD_TASK_TIMEOUT = Duration.ofMinutes(1);

  private final Map<SlotId, RestartHistory> histories = new LinkedHashMap<>();
  private final Map<TaskId, Start> starts = new LinkedHashMap<>();
  private final Map<TaskId, Start> byPredecessor = new LinkedHashMap<>();

  @SuppressWarnings("NullAway.Init") // set by begin, before anything else is called
  private Control control;

  private record SlotId(ServiceId service, SlotKey slot) {}

  /** A task at desired state READY that waits to be let go. */
  private static final class Start {
    private final TaskId task;
    private final @Nullable TaskId predecessor;
    private final Instant due;
    private boolean delayPassed;
    private boolean predecessorGone;

    Start(TaskId task, @Nullable TaskId predecessor, Instant due) {
      this.task = task;
      this.predecessor = predecessor;
      this.due = due;
      this.predecessorGone = predecessor == null;
    }
  }

  @Override
  public void begin(Control newControl, Transaction tx) {
    control = newControl;
    for (Service service : tx.services()) {
      for (SlotKey slot : tx.slotsOf(service.id())) {
        List<Task> tasks = tx.tasksIn(service.id(), slot);
        if (tasks.size() > 1) {
          recall(tx, service, slot, tasks);
        }
      }
    }
  }

  private void recall(Transaction tx, Service service, SlotKey slot, List<Task> tasks) {
    tasks.sort(
        Comparator.comparing((Task task) -> task.meta().createdAt()).thenComparing(Task::id));
    Task newest = tasks.get(tasks.size() - 1);
    RestartHistory history = history(service.id(), slot, newest.specVersion());
    for (int i = 1; i < tasks.size(); i++) {
      if (tasks.get(i).specVersion() == newest.specVersion()) {
        history.remember(tasks.get(i).meta().createdAt());
      }
    }
    if (newest.desiredState() == TaskState.READY && !newest.state().isTerminal()) {
      Task before = tasks.get(tasks.size() - 2);
      ServiceSpec spec = tx.specOf(newest);
      Instant due =
          newest
              .meta()
              .createdAt()
              .plus(delay(spec.task().effectiveRestart(), history, nodeOf(tx, before)));
      boolean wait = !before.state().isTerminal() && isInReach(nodeOf(tx, before));
      arm(new Start(newest.id(), wait ? before.id() : null, due));
    }
  }

  @Override
  public void reconcile(List<Change> changes, Transaction tx) {
    for (Change change : changes) {
      if (change.latest() instanceof Task task) {
        if (change.after() == null || task.state().isTerminal()) {
          predecessorGone(task.id(), tx);
        }
        if (change.after() == null || !task.isDesiredAlive()) {
          forget(task.id());
        }
      } else if (change.latest() instanceof Node node) {
        if (change.after() == null || node.status().state() == Node.NodeState.DOWN) {
          releaseWaitersOn(node, tx);
        }
      } else if (change.before() instanceof Service service && change.after() == null) {
        histories.keySet().removeIf(slot -> slot.service().equals(service.id()));
      }
    }
  }

  private void releaseWaitersOn(Node node, Transaction tx) {
    if (byPredecessor.isEmpty()) {
      return;
    }
    for (TaskId predecessor : List.copyOf(byPredecessor.keySet())) {
      Task task = tx.task(predecessor);
      if (task == null || node.id().equals(task.nodeId())) {
        predecessorGone(predecessor, tx);
      }
    }
  }

  @Override
  public void end() {
    histories.clear();
    starts.clear();
    byPredecessor.clear();
  }

  /**
   * Makes sure that {@code old} ends, and that another task takes its slot if the policy wants one.
   *
   * @param cause why it must end; of no account if it has ended by itself
   * @return the new task, or null if the slot stays as it is
   */
  @Nullable Task restart(Transaction tx, Service service, Task old, Reason cause, String err) {
    TaskWrites.shutDown(tx, old, cause, err);
    RestartPolicy policy = service.spec().task().effectiveRestart();
    RestartHistory history = history(service.id(), old.slot(), service.specVersion());
    if (!history.allows(policy, old, service.spec().mode().isJob())) {
      return null;
    }
    Start earlier = starts.remove(old.id());
    Instant now = tx.now();
    history.restarted(policy, old, now);
    Node node = nodeOf(tx, old);
    Instant due = now.plus(delay(policy, history, node));
    if (earlier != null && earlier.due.isAfter(due)) {
      due = earlier.due;
    }
    boolean wait = old.nodeId() != null && !old.state().isTerminal() && isInReach(node);
    if (!wait && !due.isAfter(now)) {
      return NewTasks.create(control, tx, service, old.slot());
    }
    Task next =
        NewTasks.createWaiting(
            control, tx, service, old.slot(), holdReason(policy, history, old, due, now));
    arm(new Start(next.id(), wait ? old.id() : null, due));
    return next;
  }

  /**
   * Whether the policy would refuse a successor of a task that has ended, so that it keeps its
   * slot.
   */
  boolean isFinal(Service service, Task ended) {
    RestartHistory history = histories.get(new SlotId(service.id(), ended.slot()));
    if (history == null || history.specVersion() != ended.specVersion()) {
      history = new RestartHistory(ended.specVersion());
    }
    return !history.allows(
        service.spec().task().effectiveRestart(), ended, service.spec().mode().isJob());
  }

  /** Lets {@code next} run as soon as {@code old} has ended, without any delay: for updates. */
  void startAfter(Transaction tx, Task next, Task old) {
    boolean wait = old.nodeId() != null && !old.state().isTerminal() && isInReach(nodeOf(tx, old));
    arm(new Start(next.id(), wait ? old.id() : null, tx.now()));
  }

  private static Reason holdReason(
      RestartPolicy policy, RestartHistory history, Task old, Instant due, Instant now) {
    int threshold = policy.backoff().threshold();
    if (threshold > 0 && history.quickFailures() > threshold) {
      return new Reason.CrashLoop(history.quickFailures(), due);
    }
    return due.isAfter(now)
        ? new Reason.RestartDelay(due)
        : new Reason.AwaitingPredecessor(old.id());
  }

  private static Duration delay(RestartPolicy policy, RestartHistory history, @Nullable Node node) {
    boolean drained = node != null && node.spec().availability() == Node.Availability.DRAIN;
    return drained
        ? Duration.ZERO
        : policy.backoff().delay(policy.delay(), history.quickFailures());
  }

  private RestartHistory history(ServiceId service, SlotKey slot, long specVersion) {
    SlotId key = new SlotId(service, slot);
    RestartHistory history = histories.get(key);
    if (history == null || history.specVersion() != specVersion) {
      history = new RestartHistory(specVersion);
      histories.put(key, history);
    }
    return history;
  }

  private void arm(Start start) {
    starts.put(start.task, start);
    Duration remaining = Duration.between(control.now(), start.due);
    if (remaining.isNegative() || remaining.isZero()) {
      start.delayPassed = true;
    } else {
      control.after(remaining, tx -> delayPassed(start, tx));
    }
    if (start.predecessor != null) {
      byPredecessor.put(start.predecessor, start);
      control.after(OLD_TASK_TIMEOUT, tx -> predecessorGone(start.predecessor, tx));
    }
    if (start.delayPassed && start.predecessorGone) {
      control.after(Duration.ZERO, tx -> release(start, tx));
    }
  }

  private void delayPassed(Start start, Transaction tx) {
    start.delayPassed = true;
    if (start.predecessorGone) {
      release(start, tx);
    } else if (starts.get(start.task) == start) {
      Task task = tx.task(start.task);
      if (task != null && start.predecessor != null && TaskWrites.isHold(task.status().reason())) {
        tx.put(
            task.withStatus(
                task.status()
                    .because(
                        new Reason.AwaitingPredecessor(start.predecessor), task.status().err())));
      }
    }
  }

  private void predecessorGone(TaskId predecessor, Transaction tx) {
    Start start = byPredecessor.remove(predecessor);
    if (start != null) {
      start.predecessorGone = true;
      if (start.delayPassed) {
        release(start, tx);
      }
    }
  }

  private void release(Start start, Transaction tx) {
    if (starts.remove(start.task, start)) {
      Task task = tx.task(start.task);
      if (task != null && task.desiredState() == TaskState.READY) {
        Service service = Objects.requireNonNull(tx.service(task.serviceId()));
        boolean job = service.spec().mode().isJob();
        TaskWrites.release(tx, task, job ? TaskState.COMPLETE : TaskState.RUNNING);
      }
    }
  }

  private void forget(TaskId task) {
    Start start = starts.remove(task);
    if (start != null && start.predecessor != null) {
      byPredecessor.remove(start.predecessor, start);
    }
  }

  private static @Nullable Node nodeOf(Transaction tx, Task task) {
    return task.nodeId() == null ? null : tx.node(task.nodeId());
  }

  private static boolean isInReach(@Nullable Node node) {
    return node != null && node.status().state() != Node.NodeState.DOWN;
  }
}
