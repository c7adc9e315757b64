package io.swarm4j.engine.json;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.swarm4j.model.Service;
import io.swarm4j.model.ServiceMode;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskState;
import io.swarm4j.model.UpdateStatus;
import io.swarm4j.store.View;
import java.time.Instant;

/** {@code Service} of the Engine API. */
public final class ServiceJson {
  private ServiceJson() {}

  /**
   * Writes a service.
   *
   * @param defaults whether to write defaults where its spec says nothing
   */
  public static ObjectNode write(Service service, boolean defaults, View view) {
    ObjectNode node = Json.stored(service.id(), service.meta());
    node.set("Spec", ServiceSpecJson.write(service.spec(), defaults, view));
    if (service.previousSpec() != null) {
      node.set("PreviousSpec", ServiceSpecJson.write(service.previousSpec(), false, view));
    }
    node.set("Endpoint", EndpointJson.endpoint(service, view));
    if (service.updateStatus() != null) {
      node.set("UpdateStatus", status(service.updateStatus()));
    }
    if (service.job() != null) {
      ObjectNode job = node.putObject("JobStatus");
      job.putObject("JobIteration").put("Index", service.job().iteration());
      job.put("LastExecution", Json.time(service.job().lastExecution()));
    }
    return node;
  }

  private static ObjectNode status(UpdateStatus status) {
    ObjectNode node = Json.object().put("State", state(status.state()));
    if (!status.startedAt().equals(Instant.EPOCH)) {
      node.put("StartedAt", Json.time(status.startedAt()));
    }
    if (status.completedAt() != null) {
      node.put("CompletedAt", Json.time(status.completedAt()));
    }
    return node.put("Message", status.message());
  }

  private static String state(UpdateStatus.State state) {
    return state.name().toLowerCase(java.util.Locale.ROOT);
  }

  /** As the reference counts: tasks of a lost node that are to end still run. */
  static ObjectNode counts(Service service, View view) {
    int running = 0;
    int desired = 0;
    int complete = 0;
    int iteration = service.job() == null ? 0 : service.job().iteration();
    for (Task task : view.tasksOf(service.id())) {
      boolean current = !service.spec().mode().isJob() || task.iteration() == iteration;
      if (task.state() == TaskState.RUNNING && current) {
        running++;
      }
      if (!task.desiredState().isAfter(TaskState.COMPLETE) && current) {
        desired += task.state().isTerminal() ? 0 : 1;
      }
      complete += task.state() == TaskState.COMPLETE && current ? 1 : 0;
    }
    if (service.spec().mode() instanceof ServiceMode.Replicated replicated) {
      desired = replicated.replicas();
    } else if (service.spec().mode() instanceof ServiceMode.ReplicatedJob job) {
      desired = Math.min(job.maxConcurrent(), Math.max(0, job.totalCompletions() - complete));
    }
    return Json.object()
        .put("RunningTasks", running)
        .put("DesiredTasks", desired)
        .put("CompletedTasks", complete);
  }
}
