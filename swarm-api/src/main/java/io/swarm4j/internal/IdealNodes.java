package io.swarm4j.internal;

import io.swarm4j.model.Node;
import io.swarm4j.model.Node.NodeState;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskId;
import io.swarm4j.model.TaskState;
import io.swarm4j.model.TaskStatus;
import io.swarm4j.orchestrator.Control;
import io.swarm4j.orchestrator.Reconciler;
import io.swarm4j.store.Change;
import io.swarm4j.store.Transaction;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Nodes that do what they are told a moment later, without ever failing; those in reach. */
final class IdealNodes implements Reconciler {
  /** Long enough to tell what came first, and short beside every delay. */
  private static final Duration MOMENT = Duration.ofMillis(1);

  private final Set<TaskId> told = new LinkedHashSet<>();

  @SuppressWarnings("NullAway.Init") // set by begin, before anything else is called
  private Control control;

  @Override
  public void begin(Control newControl, Transaction tx) {
    control = newControl;
    tx.nodes().forEach(node -> tx.tasksOn(node.id()).forEach(this::hear));
  }

  @Override
  public void reconcile(List<Change> changes, Transaction tx) {
    for (Change change : changes) {
      if (change.after() instanceof Task task) {
        hear(task);
      }
    }
  }

  private void hear(Task task) {
    if (!task.state().isBefore(TaskState.ASSIGNED) && task.state().isBefore(goal(task))) {
      if (told.isEmpty()) {
        control.after(MOMENT, this::obey);
      }
      told.add(task.id());
    }
  }

  private void obey(Transaction tx) {
    for (TaskId id : told) {
      Task task = tx.task(id);
      Node node = task == null || task.nodeId() == null ? null : tx.node(task.nodeId());
      if (task != null && node != null && node.status().state() == NodeState.READY) {
        TaskState goal = goal(task);
        if (task.state().isBefore(goal)) {
          tx.put(task.withStatus(TaskStatus.of(goal, tx.now(), "as planned")));
        }
      }
    }
    told.clear();
  }

  private static TaskState goal(Task task) {
    return task.desiredState() == TaskState.REMOVE ? TaskState.SHUTDOWN : task.desiredState();
  }

  @Override
  public void end() {
    told.clear();
  }
}
