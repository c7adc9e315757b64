package io.swarm4j.dispatcher;

import io.swarm4j.agent.TaskContext.TaskFile;
import io.swarm4j.agent.TaskContext.TaskFile.Kind;
import io.swarm4j.agent.protocol.Assignment;
import io.swarm4j.model.Config;
import io.swarm4j.model.ConfigReference;
import io.swarm4j.model.ContainerSpec;
import io.swarm4j.model.Secret;
import io.swarm4j.model.SecretReference;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.Task;
import io.swarm4j.store.VersionedNames;
import io.swarm4j.store.View;
import java.util.ArrayList;
import java.util.List;

/** Puts together what a node needs to run a task, and nothing beyond that. */
final class AssignmentSource {
  private AssignmentSource() {}

  static Assignment of(View view, Task task) {
    ServiceSpec spec = view.specOf(task);
    return new Assignment(
        task, spec, view.nameOf(task), files(view, task, spec.task().container()));
  }

  private static List<TaskFile> files(View view, Task task, ContainerSpec container) {
    if (!task.isDesiredAlive()
        || (container.secrets().isEmpty() && container.configs().isEmpty())) {
      return List.of();
    }
    List<TaskFile> files = new ArrayList<>();
    for (SecretReference reference : container.secrets()) {
      Secret secret = VersionedNames.secret(view, reference.secret());
      if (secret != null) {
        files.add(new TaskFile(Kind.SECRET, reference.file(), secret.spec().data()));
      }
    }
    for (ConfigReference reference : container.configs()) {
      Config config = VersionedNames.config(view, reference.config());
      if (config != null) {
        files.add(new TaskFile(Kind.CONFIG, reference.file(), config.spec().data()));
      }
    }
    return files;
  }
}
