package io.swarm4j.sim;

import io.swarm4j.model.Task;
import io.swarm4j.model.TaskId;
import io.swarm4j.orchestrator.Control;
import io.swarm4j.orchestrator.Reconciler;
import io.swarm4j.store.Change;
import io.swarm4j.store.Transaction;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;

/** A component that changes each task once. */
record Meddler(BiFunction<Task, Transaction, Task> change, Set<TaskId> done) implements Reconciler {

  Meddler(BiFunction<Task, Transaction, Task> change) {
    this(change, new HashSet<>());
  }

  @Override
  public void begin(Control control, Transaction tx) {}

  @Override
  public void reconcile(List<Change> changes, Transaction tx) {
    for (Change seen : changes) {
      Task task = seen.after() instanceof Task changed ? tx.task(changed.id()) : null;
      if (task != null && !done.contains(task.id())) {
        Task meddled = change.apply(task, tx);
        if (!meddled.equals(task)) {
          done.add(task.id());
          tx.put(meddled);
        }
      }
    }
  }

  @Override
  public void end() {}
}
