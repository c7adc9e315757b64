package io.swarm4j.orchestrator;

import io.swarm4j.model.DisconnectPolicy;
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
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Replaces tasks in their slot under the restart policy: the new task is made at once, prepares
 * itself, and runs when the delay has passed and the old one is gone.
 *
 * <p>An old task that does not end, on a node in reach, is waited for at most one minute; one of a
 * fenced service until it is certain that it does not run any more.
 */
public final class RestartSupervisor implements Reconciler {
  private static final Duration OLD_TASK_TIMEOUT = Duration.ofMinutes(1);

  private final Map<ServiceId, Map<SlotKey, RestartHistory>> histories = new LinkedHashMap<>();
  private final Map<TaskId, Start> starts = new LinkedHashMap<>();
  private final Map<TaskId, Start> byPredecessor = new LinkedHashMap<>();

  @SuppressWarnings("NullAway.Init") // set by begin, before anything else is called
  private Control control;

  /** A task at desired state READY that waits to be let go. */
  private static final class Start {
    private final TaskId task;
    private final Instant due;
    private final Set<TaskId> predecessors;
    private boolean delayPassed;

    Start(TaskId task, Set<TaskId> predecessors, Instant due) {
      this.task = task;
      this.predecessors = predecessors;
      this.due = due;
    }

    boolean mayGo() {
      return delayPassed && predecessors.isEmpty();
    }
  }

  @Override
  public void begin(Control newControl, Transaction tx) {
    control = newControl;
    for (Service service : tx.services()) {
      for (SlotKey slot : tx.slotsOf(service.id())) {
        List<Task> tasks = tx.tasksIn(service.id(), slot);
        if (tasks.size() > 1 || tasks.get(0).desiredState() == TaskState.READY) {
          recall(tx, service, slot, tasks);
        }
      }
    }
  }

  private void recall(Transaction tx, Service service, SlotKey slot, List<Task> tasks) {
    tasks.sort(Comparator.comparing(task -> task.meta().createdAt()));
    Task newest = tasks.get(tasks.size() - 1);
    RestartPolicy policy = tx.specOf(newest).task().effectiveRestart();
    RestartHistory history = history(service.id(), slot, newest.specVersion(), newest.iteration());
    for (int i = 1; i < tasks.size(); i++) {
      Task old = tasks.get(i - 1);
      Task next = tasks.get(i);
      if (isOfSameLine(old, newest) && isOfSameLine(next, newest)) {
        history.restarted(policy, old, next.meta().createdAt());
      }
    }
    if (newest.desiredState() == TaskState.READY && !newest.state().isTerminal()) {
      Set<TaskId> awaited = new LinkedHashSet<>();
      tasks.stream()
          .filter(task -> task != newest && mustBeAwaited(tx, task))
          .forEach(task -> awaited.add(task.id()));
      Node lastNode = tasks.size() == 1 ? null : nodeOf(tx, tasks.get(tasks.size() - 2));
      Instant due = newest.meta().createdAt().plus(delay(policy, history, lastNode));
      awaited.forEach(predecessor -> giveUpLater(tx, predecessor));
      arm(new Start(newest.id(), awaited, due));
    }
  }

  private static boolean isOfSameLine(Task task, Task newest) {
    return task.specVersion() == newest.specVersion() && task.iteration() == newest.iteration();
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
        if (change.after() == null && tx.tasksIn(task.serviceId(), task.slot()).isEmpty()) {
          forgetHistory(task);
        }
      } else if (change.latest() instanceof Node node) {
        if (change.after() == null || node.status().state() == Node.NodeState.DOWN) {
          releaseWaitersOn(node, tx);
        }
      } else if (change.before() instanceof Service service && change.after() == null) {
        histories.remove(service.id());
      }
    }
  }

  private void forgetHistory(Task last) {
    Map<SlotKey, RestartHistory> slots = histories.get(last.serviceId());
    if (slots != null) {
      slots.remove(last.slot());
    }
  }

  private void releaseWaitersOn(Node node, Transaction tx) {
    if (byPredecessor.isEmpty()) {
      return;
    }
    for (TaskId predecessor : List.copyOf(byPredecessor.keySet())) {
      Task task = tx.task(predecessor);
      if (task == null) {
        predecessorGone(predecessor, tx);
      } else if (node.id().equals(task.nodeId())) {
        ServiceSpec spec = tx.specOf(task);
        if (spec.isFenced() && tx.node(node.id()) != null) {
          awaitFence(tx, predecessor, spec, node);
        } else {
          predecessorGone(predecessor, tx);
        }
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
    if (hasSuccessor(tx, service, old)) {
      return null;
    }
    RestartPolicy policy = service.spec().task().effectiveRestart();
    RestartHistory history =
        history(service.id(), old.slot(), service.specVersion(), old.iteration());
    if (!history.allows(policy, old, service.spec().mode().isJob())) {
      return null;
    }
    Start earlier = starts.remove(old.id());
    Instant now = tx.now();
    history.restarted(policy, old, now);
    Instant due = now.plus(delay(policy, history, nodeOf(tx, old)));
    if (earlier != null && earlier.due.isAfter(due)) {
      due = earlier.due;
    }
    Set<TaskId> awaited = awaited(tx, old, earlier);
    if (awaited.isEmpty() && !due.isAfter(now)) {
      return NewTasks.create(control, tx, service, old.slot(), old.iteration());
    }
    Task next =
        NewTasks.createWaiting(
            control,
            tx,
            service,
            old.slot(),
            old.iteration(),
            holdReason(policy, history, awaited, due, now));
    arm(new Start(next.id(), awaited, due));
    return next;
  }

  /** Whether a start-first update has already put another task in the slot. */
  private static boolean hasSuccessor(Transaction tx, Service service, Task old) {
    return tx.tasksIn(service.id(), old.slot()).stream()
        .anyMatch(
            other ->
                other.isDesiredAlive()
                    && !other.state().isTerminal()
                    && !Dirt.isDirty(tx, service, other)
                    && !other.id().equals(old.id()));
  }

  /**
   * Whom the successor of {@code old} must wait for: what that waited for itself, and all that is
   * ending in its slot, itself included.
   */
  private Set<TaskId> awaited(Transaction tx, Task old, @Nullable Start earlier) {
    Set<TaskId> awaited = new LinkedHashSet<>();
    if (earlier != null) {
      awaited.addAll(earlier.predecessors);
    }
    for (Task other : tx.tasksIn(old.serviceId(), old.slot())) {
      if (isEnding(tx, other) && mustBeAwaited(tx, other) && awaited.add(other.id())) {
        giveUpLater(tx, other.id());
      }
    }
    return awaited;
  }

  /**
   * Whether a task of the slot was told to end. One that shall leave no history either is of no
   * account to the next, unless at most one may run.
   */
  private static boolean isEnding(Transaction tx, Task task) {
    return !task.isDesiredAlive()
        && (task.desiredState() != TaskState.REMOVE || tx.specOf(task).isFenced());
  }

  private static boolean mustBeAwaited(Transaction tx, Task old) {
    Node node = nodeOf(tx, old);
    return node != null
        && !old.state().isTerminal()
        && (isInReach(node) || tx.specOf(old).isFenced());
  }

  /** Puts a new task in a slot as soon as all that is ending there has ended. */
  Task fill(Transaction tx, Service service, SlotKey slot) {
    List<Task> ending =
        tx.tasksIn(service.id(), slot).stream()
            .filter(task -> isEnding(tx, task) && mustBeAwaited(tx, task))
            .toList();
    if (ending.isEmpty()) {
      return NewTasks.create(control, tx, service, slot);
    }
    Reason held = new Reason.AwaitingPredecessor(ending.get(0).id());
    Task next = NewTasks.createWaiting(control, tx, service, slot, held);
    startAfter(tx, next, ending);
    return next;
  }

  /**
   * Whether the policy would refuse a successor of a task that has ended, so that it keeps its
   * slot.
   */
  boolean isFinal(Service service, Task ended) {
    RestartHistory history = histories.getOrDefault(service.id(), Map.of()).get(ended.slot());
    if (history == null || !history.isOf(ended.specVersion(), ended.iteration())) {
      history = new RestartHistory(ended.specVersion(), ended.iteration());
    }
    return !history.allows(
        service.spec().task().effectiveRestart(), ended, service.spec().mode().isJob());
  }

  /** Lets {@code next} run as soon as all {@code old} have ended, without any delay. */
  void startAfter(Transaction tx, Task next, List<Task> old) {
    Set<TaskId> awaited = new LinkedHashSet<>();
    for (Task task : old) {
      Task present = Objects.requireNonNull(tx.task(task.id()));
      awaited.addAll(awaited(tx, present, starts.get(task.id())));
    }
    arm(new Start(next.id(), awaited, tx.now()));
  }

  private static Reason holdReason(
      RestartPolicy policy, RestartHistory history, Set<TaskId> awaited, Instant due, Instant now) {
    int threshold = policy.backoff().threshold();
    if (threshold > 0 && history.quickFailures() > threshold) {
      return new Reason.CrashLoop(history.quickFailures(), due);
    }
    return due.isAfter(now)
        ? new Reason.RestartDelay(due)
        : new Reason.AwaitingPredecessor(awaited.iterator().next());
  }

  private static Duration delay(RestartPolicy policy, RestartHistory history, @Nullable Node node) {
    boolean drained = node != null && node.spec().availability() == Node.Availability.DRAIN;
    return drained
        ? Duration.ZERO
        : policy.backoff().delay(policy.delay(), history.quickFailures());
  }

  private RestartHistory history(ServiceId service, SlotKey slot, long specVersion, int iteration) {
    Map<SlotKey, RestartHistory> slots =
        histories.computeIfAbsent(service, id -> new LinkedHashMap<>());
    RestartHistory history = slots.get(slot);
    if (history == null || !history.isOf(specVersion, iteration)) {
      history = new RestartHistory(specVersion, iteration);
      slots.put(slot, history);
    }
    return history;
  }

  private void arm(Start start) {
    starts.put(start.task, start);
    start.predecessors.forEach(predecessor -> byPredecessor.put(predecessor, start));
    Duration remaining = Duration.between(control.now(), start.due);
    if (remaining.isNegative() || remaining.isZero()) {
      start.delayPassed = true;
      if (start.mayGo()) {
        control.after(Duration.ZERO, tx -> release(start, tx));
      }
    } else {
      control.after(remaining, tx -> delayPassed(start, tx));
    }
  }

  /** A fenced task is waited for as long as its node is in reach, any other for a while. */
  private void giveUpLater(Transaction tx, TaskId predecessor) {
    Task task = Objects.requireNonNull(tx.task(predecessor));
    ServiceSpec spec = tx.specOf(task);
    Node node = nodeOf(tx, task);
    if (!spec.isFenced()) {
      control.after(OLD_TASK_TIMEOUT, later -> predecessorGone(predecessor, later));
    } else if (node != null && !isInReach(node)) {
      awaitFence(tx, predecessor, spec, node);
    }
  }

  /** Gives the node of a fenced task that is out of reach the time to end it by itself. */
  private void awaitFence(Transaction tx, TaskId predecessor, ServiceSpec spec, Node node) {
    if (spec.disconnect() instanceof DisconnectPolicy.Fence fence) {
      Instant down = node.status().since();
      Instant over =
          down.plus(fence.after())
              .plus(spec.task().container().effectiveStopGrace())
              .plus(tx.cluster().spec().heartbeatPeriod());
      Duration left = Duration.between(tx.now(), over);
      control.after(
          left.isNegative() ? Duration.ZERO : left,
          later -> {
            Node then = later.node(node.id());
            if (then != null && !isInReach(then) && then.status().since().equals(down)) {
              predecessorGone(predecessor, later);
            }
          });
    }
  }

  private void delayPassed(Start start, Transaction tx) {
    start.delayPassed = true;
    if (start.mayGo()) {
      release(start, tx);
    } else if (starts.get(start.task) == start) {
      Task task = tx.task(start.task);
      if (task != null && isHeld(task)) {
        Reason held = new Reason.AwaitingPredecessor(start.predecessors.iterator().next());
        tx.put(task.withStatus(task.status().because(held, task.status().err())));
      }
    }
  }

  private void predecessorGone(TaskId predecessor, Transaction tx) {
    Start start = byPredecessor.remove(predecessor);
    if (start != null) {
      start.predecessors.remove(predecessor);
      if (start.mayGo()) {
        release(start, tx);
      }
    }
  }

  private void release(Start start, Transaction tx) {
    if (starts.remove(start.task, start)) {
      Task task = tx.task(start.task);
      if (task != null && task.desiredState() == TaskState.READY) {
        TaskWrites.release(tx, task);
      }
    }
  }

  private void forget(TaskId task) {
    Start start = starts.remove(task);
    if (start != null) {
      start.predecessors.forEach(predecessor -> byPredecessor.remove(predecessor, start));
    }
  }

  private static boolean isHeld(Task task) {
    Reason reason = task.status().reason();
    return reason != null && reason.isHold();
  }

  private static @Nullable Node nodeOf(Transaction tx, Task task) {
    return task.nodeId() == null ? null : tx.node(task.nodeId());
  }

  private static boolean isInReach(@Nullable Node node) {
    return node != null && node.status().state() != Node.NodeState.DOWN;
  }
}
