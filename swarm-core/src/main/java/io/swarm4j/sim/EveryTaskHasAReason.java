package io.swarm4j.sim;

import io.swarm4j.model.Reason;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskId;
import io.swarm4j.model.TaskState;
import io.swarm4j.store.Change;
import io.swarm4j.store.Commit;
import io.swarm4j.store.State;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * A task that does not run says why; "on its way" will do for a task that has no node yet, but only
 * for as long as managers are at work.
 */
final class EveryTaskHasAReason implements Invariant {
  private static final Duration LONGEST_ON_ITS_WAY = Duration.ofSeconds(30);

  private final Map<TaskId, Instant> onTheirWay = new LinkedHashMap<>();

  @Override
  public String name() {
    return "no task without a typed reason while not RUNNING";
  }

  @Override
  public void check(Commit commit, Consumer<String> breach) {
    for (Change change : commit.changes()) {
      if (change.latest() instanceof Task task) {
        if (change.after() != null && isOnItsWay(task)) {
          onTheirWay.putIfAbsent(task.id(), commit.at());
        } else {
          onTheirWay.remove(task.id());
        }
        if (change.after() != null) {
          checkTask(task, breach);
        }
      }
    }
    checkOldest(commit, breach);
  }

  private static boolean isOnItsWay(Task task) {
    return task.state().isBefore(TaskState.ASSIGNED)
        && task.isDesiredAlive()
        && task.status().reason() instanceof Reason.InProgress;
  }

  private void checkOldest(Commit commit, Consumer<String> breach) {
    Iterator<Map.Entry<TaskId, Instant>> all = onTheirWay.entrySet().iterator();
    while (all.hasNext()) {
      Map.Entry<TaskId, Instant> oldest = all.next();
      if (!oldest.getValue().plus(LONGEST_ON_ITS_WAY).isBefore(commit.at())) {
        return;
      }
      all.remove();
      Task task = commit.after().task(oldest.getKey());
      if (task != null) {
        breach.accept(
            "task "
                + task.id()
                + " has been "
                + task.state()
                + " since "
                + oldest.getValue()
                + " and says nothing but "
                + task.status().reason());
      }
    }
  }

  @Override
  public void check(State state, Consumer<String> breach) {
    state.tasks().forEach(task -> checkTask(task, breach));
  }

  private static void checkTask(Task task, Consumer<String> breach) {
    if (task.state() != TaskState.RUNNING && task.status().reason() == null) {
      breach.accept("task " + task.id() + " is silent: " + task.status());
    }
  }
}
