package io.swarm4j.orchestrator;

import io.swarm4j.model.DisconnectPolicy;
import io.swarm4j.model.Node;
import io.swarm4j.model.Reason;
import io.swarm4j.model.ServiceId;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.SlotKey;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskId;
import io.swarm4j.model.TaskState;
import io.swarm4j.store.Transaction;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Tasks that are ready and run once a delay has passed and all whom they follow have ended.
 *
 * <p>An old task that does not end, on a node in reach, is waited for at most one minute; one of a
 * fenced service until it is certain that it does not run any more.
 */
final class PendingStarts {
  private static final Duration OLD_TASK_TIMEOUT = Duration.ofMinutes(1);

  private final Map<TaskId, Start> starts = new LinkedHashMap<>();
  private final Map<TaskId, Start> byPredecessor = new LinkedHashMap<>();
  private final BiConsumer<Task, Transaction> overdue;

  @SuppressWarnings("NullAway.Init") // set by begin, before anything else is called
  private Control control;

  /** A task at desired state READY that waits to be let go. */
  static final class Start {
    private final TaskId task;
    private final Instant due;
    private final Set<TaskId> predecessors;
    private boolean delayPassed;

    private Start(TaskId task, Set<TaskId> predecessors, Instant due) {
      this.task = task;
      this.predecessors = predecessors;
      this.due = due;
    }

    Instant due() {
      return due;
    }

    private boolean mayGo() {
      return delayPassed && predecessors.isEmpty();
    }
  }

  /**
   * None yet.
   *
   * @param overdue hears of each task that has ended while it waited, once its delay has passed
   */
  PendingStarts(BiConsumer<Task, Transaction> overdue) {
    this.overdue = overdue;
  }

  void begin(Control newControl) {
    control = newControl;
  }

  void end() {
    starts.clear();
    byPredecessor.clear();
  }

  /** Whether a task still has to let the delay of its slot pass. */
  boolean delays(TaskId task) {
    Start start = starts.get(task);
    return start != null && !start.delayPassed;
  }

  /** What a task waits for, which is none of its business any more; null if it does not wait. */
  @Nullable Start take(TaskId task) {
    return starts.remove(task);
  }

  /**
   * Whom the successor of {@code old} must wait for: what that waited for itself, and all that is
   * ending in its slot, itself included.
   */
  Set<TaskId> awaited(Transaction tx, Task old, @Nullable Start earlier) {
    Set<TaskId> awaited = new LinkedHashSet<>();
    if (earlier != null) {
      awaited.addAll(earlier.predecessors);
    }
    for (Task other : endingIn(tx, old.serviceId(), old.slot())) {
      if (awaited.add(other.id())) {
        giveUpLater(tx, other.id());
      }
    }
    return awaited;
  }

  /**
   * The tasks of a slot that were told to end and that the next has to wait for. One that shall
   * leave no history either is of no account to the next, unless at most one may run.
   */
  static List<Task> endingIn(Transaction tx, ServiceId service, SlotKey slot) {
    return tx.tasksIn(service, slot).stream()
        .filter(task -> !task.isDesiredAlive())
        .filter(task -> task.desiredState() != TaskState.REMOVE || tx.specOf(task).isFenced())
        .filter(task -> mustBeAwaited(tx, task))
        .toList();
  }

  /** Whether a task may still run where that matters to the next of its slot. */
  static boolean mustBeAwaited(Transaction tx, Task old) {
    Node node = nodeOf(tx, old);
    return node != null
        && !old.state().isTerminal()
        && (isInReach(node) || tx.specOf(old).isFenced());
  }

  static @Nullable Node nodeOf(Transaction tx, Task task) {
    return task.nodeId() == null ? null : tx.node(task.nodeId());
  }

  private static boolean isInReach(Node node) {
    return node.status().state() != Node.NodeState.DOWN;
  }

  /** Lets {@code next} run as soon as all {@code old} have ended, without any delay. */
  void after(Transaction tx, Task next, List<Task> old) {
    Set<TaskId> awaited = new LinkedHashSet<>();
    for (Task task : old) {
      Task present = Objects.requireNonNull(tx.task(task.id()));
      awaited.addAll(awaited(tx, present, starts.get(task.id())));
    }
    arm(next.id(), awaited, tx.now());
  }

  /** Lets a task that an earlier leader has made wait for tasks of its slot. */
  void recall(Transaction tx, Task next, Set<TaskId> awaited, Instant due) {
    awaited.forEach(predecessor -> giveUpLater(tx, predecessor));
    arm(next.id(), awaited, due);
  }

  /** Lets a task run at {@code due}, and not before all {@code awaited} have ended. */
  void arm(TaskId task, Set<TaskId> awaited, Instant due) {
    Start start = new Start(task, awaited, due);
    starts.put(task, start);
    awaited.forEach(predecessor -> byPredecessor.put(predecessor, start));
    Duration remaining = Duration.between(control.now(), due);
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
      control.after(OLD_TASK_TIMEOUT, later -> ended(predecessor, later));
    } else if (node != null && !isInReach(node)) {
      awaitFence(tx, predecessor, spec, node);
    }
  }

  /** Gives the node of a fenced task that is out of reach the time to end it by itself. */
  private void awaitFence(Transaction tx, TaskId predecessor, ServiceSpec spec, Node node) {
    if (spec.disconnect() instanceof DisconnectPolicy.Fence fence) {
      Instant down = node.status().since();
      Duration left = Duration.between(tx.now(), Fences.end(tx, spec, fence, node));
      control.after(
          left.isNegative() ? Duration.ZERO : left,
          later -> {
            Node then = later.node(node.id());
            if (then != null && !isInReach(then) && then.status().since().equals(down)) {
              ended(predecessor, later);
            }
          });
    }
  }

  /** A node is down or gone: nobody waits any longer for the tasks that were there. */
  void lost(Node node, Transaction tx) {
    for (TaskId predecessor : List.copyOf(byPredecessor.keySet())) {
      Task task = tx.task(predecessor);
      if (task == null) {
        ended(predecessor, tx);
      } else if (node.id().equals(task.nodeId())) {
        ServiceSpec spec = tx.specOf(task);
        if (spec.isFenced() && tx.node(node.id()) != null) {
          awaitFence(tx, predecessor, spec, node);
        } else {
          ended(predecessor, tx);
        }
      }
    }
  }

  private void delayPassed(Start start, Transaction tx) {
    start.delayPassed = true;
    Task task = starts.get(start.task) == start ? tx.task(start.task) : null;
    if (task != null && task.state().isTerminal()) {
      overdue.accept(task, tx); // whoever takes its place inherits what it waits for
    } else if (start.mayGo()) {
      release(start, tx);
    } else if (task != null) {
      if (isHeld(task)) {
        Reason held = new Reason.AwaitingPredecessor(start.predecessors.iterator().next());
        tx.put(task.withStatus(task.status().because(held, task.status().err())));
      }
    }
  }

  private static boolean isHeld(Task task) {
    Reason reason = task.status().reason();
    return reason != null && reason.isHold();
  }

  /** A task has ended, or counts as ended. */
  void ended(TaskId predecessor, Transaction tx) {
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
      if (task != null && task.desiredState() == TaskState.READY && !task.state().isTerminal()) {
        TaskWrites.release(tx, task);
      }
    }
  }

  /** A task is wanted no more. */
  void forget(TaskId task) {
    Start start = starts.remove(task);
    if (start != null) {
      start.predecessors.forEach(predecessor -> byPredecessor.remove(predecessor, start));
    }
  }
}
