package io.swarm4j.orchestrator;

import io.swarm4j.model.Dependency;
import io.swarm4j.model.Node;
import io.swarm4j.model.Reason;
import io.swarm4j.model.Service;
import io.swarm4j.model.ServiceMode;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.SlotKey;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskState;
import io.swarm4j.store.State;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Tells whether services are as far as those want them that depend on them.
 *
 * <p>A service has started or is healthy as soon as one of its tasks is; it has completed when all
 * of its tasks have.
 */
final class Dependencies {
  private Dependencies() {}

  /** The first dependency of a spec that is not satisfied; null if all are. */
  static @Nullable Dependency unmet(State state, ServiceSpec spec) {
    for (Dependency dependency : spec.task().dependsOn()) {
      Service service = state.serviceNamed(dependency.service());
      if (service == null || !isMet(state, service, dependency.condition())) {
        return dependency;
      }
    }
    return null;
  }

  private static boolean isMet(
      State state, Service service, Dependency.DependencyCondition condition) {
    List<Task> tasks = state.tasksOf(service.id());
    return switch (condition) {
      case STARTED ->
          tasks.stream()
              .map(Task::state)
              .anyMatch(
                  now ->
                      now == TaskState.STARTING
                          || now == TaskState.RUNNING
                          || now == TaskState.COMPLETE);
      case HEALTHY ->
          tasks.stream()
              .anyMatch(task -> task.isDesiredAlive() && task.state() == TaskState.RUNNING);
      case COMPLETED -> hasCompleted(state, service, tasks);
    };
  }

  private static boolean hasCompleted(State state, Service service, List<Task> tasks) {
    if (service.spec().mode() instanceof ServiceMode.ReplicatedJob job) {
      return tasks.stream().filter(task -> isCompletionOf(service, task)).count()
          >= job.totalCompletions();
    }
    int wanted = service.spec().mode() instanceof ServiceMode.Replicated all ? all.replicas() : 1;
    List<SlotKey> slots = List.copyOf(state.slotsOf(service.id()));
    return slots.size() >= Math.max(1, wanted)
        && slots.stream()
            .allMatch(
                slot ->
                    state.tasksIn(service.id(), slot).stream()
                        .anyMatch(task -> isCompletionOf(service, task)));
  }

  private static boolean isCompletionOf(Service service, Task task) {
    return task.state() == TaskState.COMPLETE
        && (service.job() == null || task.iteration() == service.job().iteration());
  }

  /** Why a task waits, as data. */
  static Reason reason(Dependency unmet) {
    return new Reason.Waiting(unmet.service(), unmet.condition());
  }

  /** Why a task waits, in words. */
  static String text(Dependency unmet) {
    return "waiting until service "
        + unmet.service()
        + " is "
        + unmet.condition().name().toLowerCase(Locale.ROOT);
  }

  /**
   * Whether a removed service must go on because removed services whose tasks still run asked to
   * end before it.
   */
  static boolean isHeldByDependents(State state, Service service) {
    for (Service dependent : state.services()) {
      if (dependent.isRemoved()
          && asksToEndBefore(dependent, service)
          && state.tasksOf(dependent.id()).stream().anyMatch(task -> stillEnds(state, task))) {
        return true;
      }
    }
    return false;
  }

  private static boolean asksToEndBefore(Service dependent, Service service) {
    return dependent.spec().task().dependsOn().stream()
        .anyMatch(
            dependency ->
                dependency.stopInReverse()
                    && dependency.service().equalsIgnoreCase(service.name()));
  }

  /** A task that a node in reach has not ended yet. */
  private static boolean stillEnds(State state, Task task) {
    Node node = task.nodeId() == null ? null : state.node(task.nodeId());
    return !task.state().isTerminal()
        && node != null
        && node.status().state() != Node.NodeState.DOWN;
  }
}
