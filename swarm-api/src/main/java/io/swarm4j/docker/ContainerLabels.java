package io.swarm4j.docker;

import io.swarm4j.agent.TaskContext;
import io.swarm4j.model.InvalidSpecException;
import io.swarm4j.model.TaskId;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The labels of containers: those by which their runtime finds them again, and those of the
 * reference, by which tools tell what a container belongs to.
 */
final class ContainerLabels {
  private static final String OWNER = "io.swarm4j.owner";
  private static final String TASK = "io.swarm4j.task";
  private static final String REFERENCE = "com.docker.swarm.";

  private ContainerLabels() {}

  /** Labels that all containers of a runtime have, and no others. */
  static Map<String, String> of(String owner) {
    return Map.of(OWNER, owner);
  }

  /** The labels of a task's container: the spec's own, which cannot replace those of the swarm. */
  static Map<String, String> of(String owner, TaskContext context) {
    Map<String, String> labels = new LinkedHashMap<>(context.service().task().container().labels());
    labels.put(OWNER, owner);
    labels.put(TASK, context.task().id().toString());
    labels.put(REFERENCE + "task", "");
    labels.put(REFERENCE + "task.id", context.task().id().toString());
    labels.put(REFERENCE + "task.name", ContainerNames.of(context));
    labels.put(REFERENCE + "service.id", context.task().serviceId().toString());
    labels.put(REFERENCE + "service.name", context.service().name());
    if (context.task().nodeId() != null) {
      labels.put(REFERENCE + "node.id", context.task().nodeId().toString());
    }
    return labels;
  }

  /** The task that a container of {@code owner} runs; empty for containers of others. */
  static Optional<TaskId> task(String owner, Map<String, String> labels) {
    if (!owner.equals(labels.get(OWNER))) {
      return Optional.empty();
    }
    try {
      return Optional.of(TaskId.parse(labels.getOrDefault(TASK, "")));
    } catch (InvalidSpecException unreadable) {
      return Optional.empty();
    }
  }
}
