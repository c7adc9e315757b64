package io.swarm4j.orchestrator;

import io.swarm4j.model.Dependency;
import io.swarm4j.model.Reason;
import io.swarm4j.model.Service;
import io.swarm4j.model.ServiceId;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskId;
import io.swarm4j.model.TaskState;
import io.swarm4j.store.Change;
import io.swarm4j.store.State;
import io.swarm4j.store.Transaction;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Lets tasks go that wait, made ready, for other services to come to a state.
 *
 * <p>Each new task waits, also one that replaces another: what a service needs in order to start it
 * needs whenever it starts. A task that runs is not ended when its dependencies fail.
 */
public final class DependencyGate implements Reconciler {
  private final Map<Dependent, Set<TaskId>> waiting = new LinkedHashMap<>();
  private final ArrayDeque<TaskId> due = new ArrayDeque<>();

  @SuppressWarnings("NullAway.Init") // set by begin, before anything else is called
  private Control control;

  /** Tasks with the same dependencies. */
  private record Dependent(ServiceId service, long specVersion) {
    static Dependent of(Task task) {
      return new Dependent(task.serviceId(), task.specVersion());
    }
  }

  @Override
  public void begin(Control newControl, Transaction tx) {
    control = newControl;
    for (Service service : tx.services()) {
      for (Task task : tx.tasksOf(service.id())) {
        if (isWaiting(task)) {
          add(task);
        }
      }
    }
    waiting.keySet().forEach(dependent -> review(dependent, tx));
  }

  @Override
  public void reconcile(List<Change> changes, Transaction tx) {
    Set<ServiceId> touched = new HashSet<>();
    for (Change change : changes) {
      if (change.latest() instanceof Task task) {
        touched.add(task.serviceId());
        if (change.after() != null && isWaiting(task)) {
          add(task);
        } else {
          remove(task);
        }
      } else if (change.latest() instanceof Service service) {
        touched.add(service.id());
      }
    }
    if (!waiting.isEmpty() && !touched.isEmpty()) {
      for (Dependent dependent : new ArrayList<>(waiting.keySet())) {
        if (dependsOnAny(tx, dependent, touched)) {
          review(dependent, tx);
        }
      }
    }
    release(tx);
  }

  private static boolean isWaiting(Task task) {
    return task.desiredState() == TaskState.READY
        && task.status().reason() instanceof Reason.Waiting
        && !task.state().isTerminal();
  }

  private void add(Task task) {
    waiting.computeIfAbsent(Dependent.of(task), key -> new LinkedHashSet<>()).add(task.id());
  }

  private void remove(Task task) {
    waiting.computeIfPresent(
        Dependent.of(task),
        (key, tasks) -> {
          tasks.remove(task.id());
          return tasks.isEmpty() ? null : tasks;
        });
  }

  private static boolean dependsOnAny(State state, Dependent dependent, Set<ServiceId> touched) {
    ServiceSpec spec = spec(state, dependent);
    return spec != null
        && spec.task().dependsOn().stream()
            .map(dependency -> state.serviceNamed(dependency.service()))
            .anyMatch(service -> service != null && touched.contains(service.id()));
  }

  private static @Nullable ServiceSpec spec(State state, Dependent dependent) {
    Service service = state.service(dependent.service());
    return service == null ? null : service.specAt(dependent.specVersion());
  }

  /** Lets the tasks look again if they wait for something else now, or for nothing. */
  private void review(Dependent dependent, Transaction tx) {
    ServiceSpec spec = spec(tx, dependent);
    Dependency unmet = spec == null ? null : Dependencies.unmet(tx, spec);
    for (TaskId id : waiting.getOrDefault(dependent, Set.of())) {
      Task task = tx.task(id);
      if (task != null
          && (unmet == null || !Dependencies.reason(unmet).equals(task.status().reason()))) {
        due.add(id);
      }
    }
  }

  private void release(Transaction tx) {
    while (!due.isEmpty() && !tx.isFull()) {
      Task task = tx.task(due.remove());
      if (task != null && isWaiting(task)) {
        TaskWrites.release(tx, task);
      }
    }
    if (!due.isEmpty()) {
      control.again();
    }
  }

  @Override
  public void end() {
    waiting.clear();
    due.clear();
  }
}
