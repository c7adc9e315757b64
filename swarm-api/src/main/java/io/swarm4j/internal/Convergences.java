package io.swarm4j.internal;

import io.swarm4j.Convergence;
import io.swarm4j.Convergence.Problem;
import io.swarm4j.PortProblem;
import io.swarm4j.ServiceHealth;
import io.swarm4j.model.JobRun;
import io.swarm4j.model.JobStatus;
import io.swarm4j.model.Node;
import io.swarm4j.model.Node.NodeState;
import io.swarm4j.model.RolloutRecord;
import io.swarm4j.model.Service;
import io.swarm4j.model.ServiceId;
import io.swarm4j.model.ServiceMode;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskHealth;
import io.swarm4j.model.TaskState;
import io.swarm4j.model.UpdateStatus;
import io.swarm4j.orchestrator.Dirt;
import io.swarm4j.store.View;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Judges whether a service has become what its spec says. */
final class Convergences {
  private Convergences() {}

  /** The outcome, or null while it is still on its way. */
  static @Nullable Convergence judge(View view, ServiceId id) {
    Service service = view.service(id);
    if (service == null || service.isRemoved()) {
      return new Convergence.Removed();
    }
    if (service.spec().mode().isJob()) {
      return judgeJob(view, service);
    }
    UpdateStatus update = service.updateStatus();
    if (update != null) {
      switch (update.state()) {
        case UPDATING, ROLLBACK_STARTED -> {
          return null;
        }
        case PAUSED, ROLLBACK_PAUSED -> {
          return new Convergence.Paused(service, update.message(), problems(view, service));
        }
        case ROLLBACK_COMPLETED -> {
          RolloutRecord rollback = service.rollouts().get(0);
          if (rollback.kind() == RolloutRecord.Kind.AUTOMATIC_ROLLBACK) {
            return new Convergence.RolledBack(service, rollback.cause());
          }
        }
        case COMPLETED -> {}
      }
    }
    int running = running(view, service);
    boolean surplus =
        view.tasksOf(id).stream()
            .anyMatch(
                task ->
                    task.isDesiredAlive()
                        && (!isKnownReady(view, task) || Dirt.isDirty(view, service, task)));
    return running == wanted(view, service) && !surplus
        ? new Convergence.Converged(service, running)
        : null;
  }

  /** A job is what its spec says once its last run has completed, or while none is due. */
  private static @Nullable Convergence judgeJob(View view, Service service) {
    JobStatus job = service.job();
    if (job == null || job.specVersion() != service.specVersion()) {
      return null;
    }
    JobRun last = job.latest();
    if (last == null) {
      return new Convergence.Converged(service, 0);
    }
    return switch (last.state()) {
      case RUNNING -> null;
      case COMPLETED -> new Convergence.Converged(service, completed(view, service));
      case FAILED, TIMED_OUT, CANCELLED, SKIPPED ->
          new Convergence.JobFailed(service, last, problems(view, service));
    };
  }

  private static int completed(View view, Service service) {
    JobStatus job = service.job();
    return job == null
        ? 0
        : (int)
            view.tasksOf(service.id()).stream()
                .filter(task -> task.iteration() == job.iteration())
                .filter(task -> task.state() == TaskState.COMPLETE)
                .count();
  }

  static Convergence timedOut(View view, ServiceId id, Duration waited) {
    Service service = view.service(id);
    if (service == null || service.isRemoved()) {
      return new Convergence.Removed();
    }
    boolean job = service.spec().mode().isJob();
    return new Convergence.TimedOut(
        waited,
        job ? completed(view, service) : running(view, service),
        wanted(view, service),
        problems(view, service));
  }

  private static int running(View view, Service service) {
    int running = 0;
    for (Task task : view.tasksOf(service.id())) {
      if (task.isDesiredAlive() && isKnownReady(view, task) && !Dirt.isDirty(view, service, task)) {
        running++;
      }
    }
    return running;
  }

  /** What an earlier leader heard of a node counts again once this one has heard of it. */
  private static boolean isKnownReady(View view, Task task) {
    Node node = task.nodeId() == null ? null : view.node(task.nodeId());
    return task.status().isReady() && (node == null || node.status().state() != NodeState.UNKNOWN);
  }

  static int wanted(View view, Service service) {
    ServiceMode mode = service.spec().mode();
    if (mode instanceof ServiceMode.Replicated replicated) {
      return replicated.replicas();
    } else if (mode instanceof ServiceMode.ReplicatedJob job) {
      return job.totalCompletions();
    }
    int eligible = 0;
    for (Node node : view.nodes()) {
      if (!node.mustBeEmpty() && service.spec().task().placement().allows(node)) {
        eligible++;
      }
    }
    return eligible;
  }

  static ServiceHealth health(View view, Service service, List<PortProblem> ports) {
    int running = 0;
    int ready = 0;
    int starting = 0;
    int unhealthy = 0;
    for (Task task : view.tasksOf(service.id())) {
      TaskHealth health = task.status().health();
      if (task.isDesiredAlive() && !task.state().isTerminal()) {
        running += task.state() == TaskState.RUNNING ? 1 : 0;
        ready += task.status().isReady() ? 1 : 0;
        starting += task.state().isBefore(TaskState.RUNNING) ? 1 : 0;
        unhealthy += health != null && health.state() == TaskHealth.State.UNHEALTHY ? 1 : 0;
      }
    }
    return new ServiceHealth(wanted(view, service), running, ready, starting, unhealthy, ports);
  }

  private static List<Problem> problems(View view, Service service) {
    List<Problem> problems = new ArrayList<>();
    for (Task task : view.tasksOf(service.id())) {
      boolean failed = task.state() == TaskState.FAILED || task.state() == TaskState.REJECTED;
      boolean underWay =
          task.isDesiredAlive() && !task.status().isReady() && task.state() != TaskState.COMPLETE;
      if (failed || underWay) {
        String text = task.status().err().isEmpty() ? task.status().message() : task.status().err();
        problems.add(
            new Problem(task.id(), view.nameOf(task), task.state(), task.status().reason(), text));
      }
    }
    return problems;
  }
}
