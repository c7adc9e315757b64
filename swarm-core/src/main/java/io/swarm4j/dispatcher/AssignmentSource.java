package io.swarm4j.dispatcher;

import io.swarm4j.agent.TaskContext.TaskFile;
import io.swarm4j.agent.TaskContext.TaskFile.Kind;
import io.swarm4j.agent.protocol.Assignment;
import io.swarm4j.model.ContainerSpec;
import io.swarm4j.model.JobRun;
import io.swarm4j.model.JobStatus;
import io.swarm4j.model.PayloadReference;
import io.swarm4j.model.PayloadVersion;
import io.swarm4j.model.Service;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskState;
import io.swarm4j.model.VersionedPayload;
import io.swarm4j.store.VersionedNames;
import io.swarm4j.store.View;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Puts together what a node needs to run a task, and nothing beyond that. */
final class AssignmentSource {
  private AssignmentSource() {}

  static Assignment of(View view, Task task) {
    ServiceSpec spec = withParameters(view, task, view.specOf(task));
    return new Assignment(
        task, spec, view.nameOf(task), files(view, task, spec.task().container()));
  }

  /** The spec with the parameters of the task's run, if it is one of a job, as variables. */
  private static ServiceSpec withParameters(View view, Task task, ServiceSpec spec) {
    Service service = view.service(task.serviceId());
    JobStatus job = service == null ? null : service.job();
    JobRun run = job == null ? null : job.run(task.iteration());
    Map<String, String> parameters = new TreeMap<>(spec.effectiveJob().parameters());
    if (run != null) {
      parameters.putAll(run.parameters());
    }
    if (parameters.isEmpty()) {
      return spec;
    }
    ContainerSpec container = spec.task().container();
    Map<String, String> env = new TreeMap<>(container.env());
    env.putAll(parameters);
    return spec.withTask(spec.task().withContainer(container.withEnv(env)));
  }

  /**
   * The files of a task; of one that was told to start long ago only those that may change while it
   * runs.
   */
  private static List<TaskFile> files(View view, Task task, ContainerSpec container) {
    if (!task.isDesiredAlive()
        || (container.secrets().isEmpty() && container.configs().isEmpty())) {
      return List.of();
    }
    boolean started = !task.state().isBefore(TaskState.STARTING);
    List<TaskFile> files = new ArrayList<>();
    for (PayloadReference reference : container.payloads()) {
      VersionedPayload payload = VersionedNames.payload(view, reference);
      if (payload != null && (!started || reference.onChange().reachesRunningTasks())) {
        files.add(
            new TaskFile(
                reference.isSecret() ? Kind.SECRET : Kind.CONFIG,
                reference.file(),
                payload.data(),
                payload.templated(),
                payload.which(),
                reference.onChange()));
      }
    }
    return files;
  }

  /**
   * Whether its node may know of it: one that is bound to a node still has to be assigned to it.
   */
  private static boolean isWithItsNode(Task task) {
    return task.holdsNode() && !task.state().isBefore(TaskState.ASSIGNED);
  }

  /** Tasks on nodes whose running files a new version of a secret or config replaces. */
  static List<Task> refreshedBy(View view, PayloadVersion news) {
    List<Task> tasks = new ArrayList<>();
    for (Service service : view.services()) {
      boolean follows =
          service.spec().task().container().payloads().stream()
              .anyMatch(each -> each.onChange().reachesRunningTasks() && each.follows(news));
      if (follows) {
        view.tasksOf(service.id()).stream()
            .filter(task -> task.isDesiredAlive() && isWithItsNode(task))
            .forEach(tasks::add);
      }
    }
    return tasks;
  }
}
