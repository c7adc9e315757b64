package io.swarm4j.sim;

import io.swarm4j.model.Dependency.DependencyCondition;
import io.swarm4j.model.JobRun;
import io.swarm4j.model.JobStatus;
import io.swarm4j.model.Node;
import io.swarm4j.model.Node.Availability;
import io.swarm4j.model.Node.NodeState;
import io.swarm4j.model.PayloadReference;
import io.swarm4j.model.Reason;
import io.swarm4j.model.RestartPolicy;
import io.swarm4j.model.RestartPolicy.RestartCondition;
import io.swarm4j.model.Service;
import io.swarm4j.model.ServiceMode;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.SlotKey;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskSpec;
import io.swarm4j.model.TaskState;
import io.swarm4j.model.TaskStatus.ContainerStatus;
import io.swarm4j.model.UpdateStatus;
import io.swarm4j.model.VersionedPayload;
import io.swarm4j.orchestrator.Dirt;
import io.swarm4j.orchestrator.ServiceWrites;
import io.swarm4j.store.State;
import io.swarm4j.store.VersionedNames;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Tells whether a service has become what its spec says.
 *
 * <p>While its roll-out is paused, its user is to decide: old tasks stay, and a slot that the
 * roll-out had begun with keeps its old task beside a new one that does not run.
 *
 * @param now the present time
 * @param problem hears, in words, what is still on its way
 */
record SettledService(State state, Service service, Instant now, Consumer<String> problem) {
  /** Time that a run of a scheduled job has, which may always have one that goes on. */
  private static final Duration TIME_OF_RUN = Duration.ofMinutes(10);

  void look() {
    if (service.isRemoved()) {
      report("is still being removed");
      return;
    }
    for (Task task : tasks()) {
      if (!task.isDesiredAlive() && !task.state().isTerminal()) {
        report("wants task " + task.id() + " to end, which is " + task.status());
      }
    }
    if (service.spec().mode().isJob()) {
      lookAtJob();
    } else {
      lookAtRollout();
      state.slotsOf(service.id()).forEach(this::lookAtSlot);
      lookAtNumber();
    }
  }

  private List<Task> tasks() {
    return state.tasksOf(service.id());
  }

  private void report(String what) {
    problem.accept("service " + service.name() + " " + what);
  }

  private void lookAtJob() {
    JobStatus status = service.job();
    if (status == null) {
      report("has not begun");
      return;
    }
    if (!status.waiting().isEmpty()) {
      report("has yet to make up for " + status.waiting());
    }
    for (JobRun run : status.active()) {
      boolean waits =
          tasks().stream()
              .filter(task -> task.iteration() == run.iteration() && task.isDesiredAlive())
              .anyMatch(this::waitsForGood);
      boolean scheduled = service.spec().effectiveJob().schedule() != null;
      boolean young = run.startedAt().plus(TIME_OF_RUN).isAfter(now);
      if (!waits && !(scheduled && young)) {
        report("has not finished " + run);
      }
    }
  }

  private void lookAtRollout() {
    UpdateStatus status = service.updateStatus();
    if (status != null
        && (status.state() == UpdateStatus.State.UPDATING
            || status.state() == UpdateStatus.State.ROLLBACK_STARTED)) {
      report("is " + status);
    }
  }

  private boolean isPaused() {
    return ServiceWrites.isPaused(service);
  }

  private void lookAtSlot(SlotKey slot) {
    List<Task> alive =
        state.tasksIn(service.id(), slot).stream().filter(Task::isDesiredAlive).toList();
    boolean replaced = alive.stream().anyMatch(task -> isUpToDate(task) && isRunning(task));
    if (alive.size() > 1 && (!isPaused() || replaced)) {
      report("has " + alive.size() + " tasks in slot " + slot);
    }
    for (Task task : alive) {
      if (!isRunning(task)) {
        if (!waitsForGood(task)) {
          report("has task " + task.id() + ", which is " + task.status());
        }
      } else if (isUpToDate(task)) {
        lookAtPayloads(task);
      } else if (!isPaused()) {
        report("has task " + task.id() + " with an old spec");
      }
    }
  }

  private boolean isUpToDate(Task task) {
    return !Dirt.isDirty(state, service, task);
  }

  private static boolean isRunning(Task task) {
    return task.state() == TaskState.RUNNING;
  }

  /** A task has the latest versions of its time, and those that reach it while it runs. */
  private void lookAtPayloads(Task task) {
    ContainerStatus container = task.status().container();
    for (PayloadReference reference : state.specOf(task).task().container().payloads()) {
      VersionedPayload latest = VersionedNames.payload(state, reference);
      if (latest != null
          && (reference.onChange().reachesRunningTasks()
              || task.meta().createdAt().isAfter(latest.meta().createdAt()))
          && (container == null || !container.payloads().contains(latest.which()))) {
        report("has task " + task.id() + " without " + latest.which());
      }
    }
  }

  private void lookAtNumber() {
    Set<SlotKey> filled = new HashSet<>();
    for (SlotKey slot : state.slotsOf(service.id())) {
      if (isFilled(slot)) {
        filled.add(slot);
      }
    }
    if (service.spec().mode() instanceof ServiceMode.Replicated replicated) {
      if (filled.size() != replicated.replicas()) {
        report("has tasks in " + filled.size() + " slots of " + replicated.replicas());
      }
      return;
    }
    Set<SlotKey> wanted = new HashSet<>();
    for (Node node : state.nodes()) {
      if (!node.mustBeEmpty() && takes(node)) {
        wanted.add(new SlotKey.OnNode(node.id()));
      }
    }
    if (!filled.equals(wanted)) {
      report("has tasks on " + filled + ", and shall be on " + wanted);
    }
  }

  /** Whether a slot has a task that shall live, or one after which the policy wants no other. */
  private boolean isFilled(SlotKey slot) {
    List<Task> tasks = state.tasksIn(service.id(), slot);
    if (tasks.stream().anyMatch(Task::isDesiredAlive)) {
      return true;
    }
    RestartPolicy policy = service.spec().task().effectiveRestart();
    boolean mayGiveUp = policy.maxAttempts() > 0 || policy.condition() != RestartCondition.ANY;
    return mayGiveUp
        && tasks.stream()
            .max(Comparator.comparing(task -> task.meta().createdAt()))
            .filter(last -> last.desiredState() == TaskState.SHUTDOWN && endedByItself(last))
            .isPresent();
  }

  private static boolean endedByItself(Task task) {
    return task.state() == TaskState.COMPLETE
        || task.state() == TaskState.FAILED
        || task.state() == TaskState.REJECTED;
  }

  private boolean takes(Node node) {
    return node.status().state() == NodeState.READY
        && node.spec().availability() == Availability.ACTIVE
        && service.spec().task().placement().allows(node);
  }

  /** Whether a task waits for what does not come by itself, and rightly says so. */
  private boolean waitsForGood(Task task) {
    Reason reason = task.status().reason();
    if (reason instanceof Reason.NoSuitableNode) {
      return state.nodes().stream().noneMatch(node -> mayGoTo(task, node));
    }
    if (reason instanceof Reason.Waiting waiting) {
      return !isThere(state.serviceNamed(waiting.service()), waiting.condition());
    }
    return reason instanceof Reason.Allocation || reason instanceof Reason.Quota;
  }

  private boolean isThere(@Nullable Service other, DependencyCondition condition) {
    TaskState wanted =
        condition == DependencyCondition.COMPLETED ? TaskState.COMPLETE : TaskState.RUNNING;
    return other != null
        && state.tasksOf(other.id()).stream().anyMatch(task -> task.state() == wanted);
  }

  /** Whether nothing that is looked at here keeps a task from a node. */
  private boolean mayGoTo(Task task, Node node) {
    if (task.slot() instanceof SlotKey.OnNode on && !on.node().equals(node.id())) {
      return false;
    }
    ServiceSpec spec = state.specOf(task);
    return takes(node)
        && isOrdinary(spec.task())
        && NodeLoad.of(state, node.id()).hasRoomFor(service.id(), spec, node);
  }

  /** Whether it asks for nothing of a node but what is looked at here. */
  private static boolean isOrdinary(TaskSpec spec) {
    return spec.placement().platforms().isEmpty()
        && spec.resources().reserved().generic().isEmpty()
        && spec.container().mounts().isEmpty();
  }
}
