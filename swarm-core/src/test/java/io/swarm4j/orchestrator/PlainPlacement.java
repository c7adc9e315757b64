package io.swarm4j.orchestrator;

import io.swarm4j.model.Node;
import io.swarm4j.model.Reason;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskId;
import io.swarm4j.model.TaskState;
import io.swarm4j.model.TaskStatus;
import io.swarm4j.store.Change;
import io.swarm4j.store.Transaction;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Stands in for allocator and scheduler: the allowed node with the fewest tasks gets the task. */
final class PlainPlacement implements Reconciler {
  private final Set<TaskId> waiting = new LinkedHashSet<>();

  @Override
  public void begin(Control control, Transaction tx) {
    tx.tasks().stream()
        .filter(task -> task.state().isBefore(TaskState.ASSIGNED))
        .forEach(task -> waiting.add(task.id()));
  }

  @Override
  public void reconcile(List<Change> changes, Transaction tx) {
    for (Change change : changes) {
      if (change.after() instanceof Task task && task.state().isBefore(TaskState.ASSIGNED)) {
        waiting.add(task.id());
      }
    }
    for (TaskId id : List.copyOf(waiting)) {
      Task task = tx.task(id);
      if (task == null || !task.isDesiredAlive() || !task.state().isBefore(TaskState.ASSIGNED)) {
        waiting.remove(id);
        continue;
      }
      Optional<Node> node =
          tx.nodes().stream()
              .filter(Node::isSchedulable)
              .filter(candidate -> task.nodeId() == null || task.nodeId().equals(candidate.id()))
              .filter(candidate -> tx.specOf(task).task().placement().allows(candidate))
              .min(
                  Comparator.comparing((Node candidate) -> load(tx, candidate))
                      .thenComparing(Node::hostname));
      if (node.isPresent()) {
        waiting.remove(id);
        tx.put(
            task.withNodeId(node.get().id())
                .withStatus(status(task, TaskState.ASSIGNED, task.status().reason())));
      } else if (task.state() == TaskState.NEW) {
        tx.put(
            task.withStatus(status(task, TaskState.PENDING, new Reason.NoSuitableNode(List.of()))));
      }
    }
  }

  private static TaskStatus status(Task task, TaskState state, Reason reason) {
    return new TaskStatus(state, task.status().at(), "", task.status().err(), reason, null);
  }

  private static long load(Transaction tx, Node node) {
    return tx.tasksOn(node.id()).stream().filter(Task::isDesiredAlive).count();
  }

  @Override
  public void end() {
    waiting.clear();
  }
}
