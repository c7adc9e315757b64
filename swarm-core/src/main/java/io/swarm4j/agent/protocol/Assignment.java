package io.swarm4j.agent.protocol;

import io.swarm4j.agent.TaskContext.TaskFile;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.Task;
import java.util.List;

/**
 * A task that a node shall bring to its desired state, with just what it needs for that.
 *
 * @param task the task
 * @param service the spec that it runs
 * @param name name as users see it, such as {@code web.4}
 * @param files the secrets and configs that it may read
 */
public record Assignment(Task task, ServiceSpec service, String name, List<TaskFile> files) {
  public Assignment {
    files = List.copyOf(files);
  }
}
