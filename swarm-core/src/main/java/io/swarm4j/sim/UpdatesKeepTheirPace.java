package io.swarm4j.sim;

import io.swarm4j.model.Reason;
import io.swarm4j.model.Service;
import io.swarm4j.model.ServiceId;
import io.swarm4j.model.SlotKey;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskId;
import io.swarm4j.model.TaskState;
import io.swarm4j.orchestrator.Dirt;
import io.swarm4j.orchestrator.ServiceWrites;
import io.swarm4j.orchestrator.Updater;
import io.swarm4j.store.Change;
import io.swarm4j.store.Commit;
import io.swarm4j.store.State;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A roll-out replaces no more slots at a time than its policy allows, and none while it is paused.
 *
 * <p>A slot is being replaced from when its old task is told to end, or its new one is put beside
 * it, until the new one runs, ends or is wanted no more.
 */
final class UpdatesKeepTheirPace implements Invariant {
  private final Map<ServiceId, Pace> paces = new HashMap<>();

  /** The slots of one service that are being replaced under one version of its spec. */
  private static final class Pace {
    private final long version;
    private final Map<SlotKey, TaskId> busy = new HashMap<>();

    Pace(long version) {
      this.version = version;
    }
  }

  @Override
  public String name() {
    return "an update keeps its pace: parallelism, and no step while it is paused";
  }

  @Override
  public void check(Commit commit, Consumer<String> breach) {
    Set<ServiceId> stepped = new HashSet<>();
    for (Change change : commit.changes()) {
      if (change.after() instanceof Task task) {
        Service service = commit.after().service(task.serviceId());
        Task fresh = service == null ? null : begins(commit, service, change, task);
        if (service != null && fresh != null) {
          pace(service).busy.put(task.slot(), fresh.id());
          stepped.add(service.id());
        }
      } else if (change.latest() instanceof Service service && change.after() == null) {
        paces.remove(service.id());
      }
    }
    for (ServiceId id : stepped) {
      Service service = commit.after().service(id);
      if (service != null) {
        checkPace(commit, service, breach);
      }
    }
  }

  private Pace pace(Service service) {
    Pace pace = paces.get(service.id());
    if (pace == null || pace.version != service.specVersion()) {
      pace = new Pace(service.specVersion());
      paces.put(service.id(), pace);
    }
    return pace;
  }

  /** The new task of a slot whose replacement begins with this change; null if none does. */
  private static @Nullable Task begins(Commit commit, Service service, Change change, Task task) {
    if (service.spec().mode().isJob() || service.isRemoved()) {
      return null;
    }
    State state = commit.after();
    Task before = (Task) change.before();
    if (before == null) { // in the place of none, rather than of one that has failed
      boolean joins = living(state, task) > living(commit.before(), task);
      return joins && hasOld(state, service, task) ? task : null;
    }
    boolean retired =
        before.isDesiredAlive()
            && !task.isDesiredAlive()
            && Updater.REPLACED.equals(task.status().reason())
            && Dirt.isDirty(state, service, task);
    return retired ? underWay(state, service, task.slot()) : null;
  }

  /** Whether there is one to be replaced; what stands in for one out of reach is no step. */
  private static boolean hasOld(State state, Service service, Task fresh) {
    return state.tasksIn(service.id(), fresh.slot()).stream()
        .filter(other -> !(other.status().reason() instanceof Reason.NodeLost))
        .anyMatch(other -> other.isDesiredAlive() && Dirt.isDirty(state, service, other));
  }

  private static long living(State state, Task inSlot) {
    return state.tasksIn(inSlot.serviceId(), inSlot.slot()).stream()
        .filter(Task::isDesiredAlive)
        .count();
  }

  private static @Nullable Task underWay(State state, Service service, SlotKey slot) {
    return state.tasksIn(service.id(), slot).stream()
        .filter(task -> !Dirt.isDirty(state, service, task) && isUnderWay(task))
        .findFirst()
        .orElse(null);
  }

  private static boolean isUnderWay(@Nullable Task task) {
    return task != null && task.isDesiredAlive() && task.state().isBefore(TaskState.RUNNING);
  }

  private void checkPace(Commit commit, Service service, Consumer<String> breach) {
    Map<SlotKey, TaskId> busy = pace(service).busy;
    busy.values().removeIf(task -> !isUnderWay(commit.after().task(task)));
    Service before = commit.before().service(service.id());
    if (before != null
        && before.specVersion() == service.specVersion()
        && ServiceWrites.isPaused(before)
        && ServiceWrites.isPaused(service)) {
      breach.accept("service " + service.name() + " is paused and replaces slots " + busy.keySet());
    }
    int most = ServiceWrites.rolloutPolicy(service).parallelism();
    if (most > 0 && busy.size() > most) {
      breach.accept(
          "service "
              + service.name()
              + " replaces slots "
              + busy.keySet()
              + " at a time, and may "
              + most);
    }
  }

  /** How fast something goes can not be told from one state. */
  @Override
  public void check(State state, Consumer<String> breach) {}
}
