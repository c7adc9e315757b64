package io.swarm4j.orchestrator;

import io.swarm4j.model.Service;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskState;
import io.swarm4j.store.State;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Tasks that do the work of others of their slot: while those are out of reach, and until it turns
 * out which one goes on.
 */
final class StandIns {
  private StandIns() {}

  /**
   * Whether another task of the slot, in reach, does or will do the work of {@code task}: one that
   * the present spec does not replace, or one of a spec that is no older.
   */
  static boolean hasOne(State state, Service service, Task task) {
    return state.tasksIn(service.id(), task.slot()).stream()
        .anyMatch(
            other ->
                !other.id().equals(task.id())
                    && isAtWork(other)
                    && (other.specVersion() >= task.specVersion()
                        || !Dirt.isDirty(state, service, other)));
  }

  /**
   * The tasks of a slot that are to end since another one of the present spec is back in reach:
   * that goes on which is the oldest of those that are ready or, if none is, the oldest of all. A
   * task that is still out of reach ends only if it is younger.
   */
  static List<Task> surplus(State state, Service service, List<Task> slot) {
    if (slot.size() < 2) {
      return List.of();
    }
    List<Task> present = new ArrayList<>();
    for (Task task : slot) {
      if (task.isDesiredAlive()
          && !task.state().isTerminal()
          && !Dirt.isDirty(state, service, task)) {
        present.add(task);
      }
    }
    List<Task> inReach = present.stream().filter(StandIns::isAtWork).sorted(BY_AGE).toList();
    if (present.size() < 2 || inReach.isEmpty()) {
      return List.of();
    }
    Task kept =
        inReach.stream().filter(task -> task.status().isReady()).findFirst().orElse(inReach.get(0));
    return present.stream()
        .filter(task -> isAtWork(task) || (kept.status().isReady() && isYounger(task, kept)))
        .filter(task -> !task.id().equals(kept.id()))
        .toList();
  }

  private static final Comparator<Task> BY_AGE = Comparator.comparingLong(Task::generation);

  private static boolean isYounger(Task task, Task other) {
    return BY_AGE.compare(task, other) > 0;
  }

  /** Whether it works or, having ended while it waited for its turn, will be replaced in that. */
  private static boolean isAtWork(Task task) {
    return task.isDesiredAlive()
        && (task.state().isTerminal()
            ? task.desiredState() == TaskState.READY
            : !LostNodes.isCutOff(task));
  }
}
