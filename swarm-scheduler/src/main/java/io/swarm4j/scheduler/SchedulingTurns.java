package io.swarm4j.scheduler;

import io.swarm4j.model.GenericResource;
import io.swarm4j.model.NodeId;
import io.swarm4j.model.Reason;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskId;
import io.swarm4j.model.TaskState;
import io.swarm4j.model.TaskStatus;
import io.swarm4j.orchestrator.Control;
import io.swarm4j.store.Change;
import io.swarm4j.store.State;
import io.swarm4j.store.Transaction;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The scheduler's work during one term of leadership. */
final class SchedulingTurns {
  private static final String ASSIGNED = "scheduler assigned task to node";
  private static final String CONFIRMED = "scheduler confirmed task can run on preassigned node";
  private static final String PENDING = "pending task scheduling";

  /**
   * Tasks that are read at once before they are placed one by one: in a large swarm each is a chain
   * of cache misses, and those of several tasks overlap.
   */
  private static final int READ_AHEAD = 16;

  private final Control control;
  private final Backlog backlog = new Backlog();
  private final ClusterModel model;

  SchedulingTurns(PlacementOptions options, Control control, State state) {
    this.control = control;
    this.model = PlacementEngine.newModel(state, options, backlog);
    backlog.attach(model);
    model.load(state);
  }

  void follow(List<Change> changes, State state) {
    for (Change change : changes) {
      model.apply(change, state);
    }
    backlog.lookAgain();
  }

  /** Does what fits into the transaction; asks for a further turn if something is left. */
  void work(Transaction tx) {
    while (!backlog.bound.isEmpty() && !tx.isFull()) {
      confirm(backlog.bound.remove(), tx);
    }
    while (!backlog.queue.isEmpty() && !tx.isFull()) {
      place(backlog.queue.element(), tx);
    }
    while (!backlog.telling.isEmpty() && !tx.isFull()) {
      tell(backlog.telling.element(), tx);
    }
    if (!backlog.isEmpty()) {
      control.again();
    }
  }

  private void confirm(TaskId id, Transaction tx) {
    Task task = tx.task(id);
    if (task == null || Standing.of(task) != Standing.BOUND) {
      return;
    }
    TaskGroup group = model.groupOf(task, tx);
    if (group == null) {
      return;
    }
    NodeId node = Objects.requireNonNull(task.nodeId());
    int slot = model.nodes.slotOf(node);
    int check = slot < 0 ? Checks.ABSENT : model.checks.firstRefusal(group, slot);
    if (check == Checks.PASS) {
      model.take(group, slot);
      assign(task, node, model.settle(group, slot, id), CONFIRMED, tx);
    } else {
      Reason.NoSuitableNode reason = model.checks.refusalOf(check);
      explain(task, Refusals.bareText(reason), reason, tx);
      backlog.refused(task, node);
    }
  }

  private void place(WaitingTasks waiting, Transaction tx) {
    TaskGroup group = waiting.group;
    Fill fill = null;
    @Nullable Task[] tasks = new Task[READ_AHEAD];
    int at = tasks.length;
    while (!waiting.isEmpty()) {
      if (tx.isFull()) {
        backlog.postpone();
        return;
      }
      if (at == tasks.length) {
        waiting.read(tx, tasks);
        at = 0;
      }
      Task task = tasks[at];
      if (task == null) {
        waiting.skip();
        at++;
        continue;
      }
      if (fill == null) {
        fill = fill(waiting, tx.now());
      }
      int slot = fill.next();
      if (slot < 0) {
        break;
      }
      waiting.placed();
      at++;
      List<GenericResource> assigned = model.settle(group, slot, task.id());
      assign(task, model.nodes.idIn(slot), assigned, ASSIGNED, tx);
    }
    backlog.served();
  }

  private Fill fill(WaitingTasks waiting, Instant now) {
    return waiting.isAssessed()
        ? model.fill(waiting.group, waiting.open(), waiting.openCount(), now)
        : model.fill(waiting.group, now);
  }

  private void tell(WaitingTasks waiting, Transaction tx) {
    while (waiting.hasUntold() && !tx.isFull()) {
      Task task = tx.task(waiting.nextUntold());
      if (task != null && Standing.of(task) == Standing.WAITING) {
        explain(task, waiting.text(), waiting.reason(), tx);
      }
    }
    if (!waiting.hasUntold()) {
      backlog.told();
    }
  }

  private static void assign(
      Task task, NodeId node, List<GenericResource> assigned, String message, Transaction tx) {
    tx.put(
        new Task(
            task.id(),
            task.meta(),
            task.serviceId(),
            task.specVersion(),
            task.slot(),
            node,
            task.desiredState(),
            task.status().advance(TaskState.ASSIGNED, tx.now(), message),
            task.attachments(),
            assigned,
            task.iteration(),
            task.generation()));
  }

  /** Writes why a task waits, unless it says so already. */
  private static void explain(
      Task task, String text, Reason.@Nullable NoSuitableNode reason, Transaction tx) {
    TaskStatus status = task.status();
    if (!status.err().equals(text) || !status.message().equals(PENDING)) {
      tx.put(
          task.withStatus(
              new TaskStatus(TaskState.PENDING, status.at(), PENDING, text, reason, null)));
    }
  }

  Explanation explain(Task task, State state, Instant now) {
    TaskGroup group = model.groupOf(task, state);
    if (group == null) {
      throw PlacementEngine.unknownSpec(task);
    }
    return PlacementEngine.explain(model, task, group, now);
  }
}
