package io.swarm4j.agent;

import io.swarm4j.agent.TaskContext.TaskFile;
import io.swarm4j.agent.protocol.Assignment;
import io.swarm4j.model.ContainerSpec;
import io.swarm4j.model.GenericResource;
import io.swarm4j.model.Mount;
import io.swarm4j.model.NodeDescription;
import io.swarm4j.model.Payload;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.Template;
import io.swarm4j.model.Template.Call;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Fills in the templates of one task on its node. */
final class TaskTemplates implements Template.Values {
  private static final String RESOURCE = "DOCKER_RESOURCE_";

  private final Agent agent;
  private final Assignment assignment;
  private final NodeDescription node;

  TaskTemplates(Agent agent, Assignment assignment) {
    this.agent = agent;
    this.assignment = assignment;
    this.node = agent.runtime().describe();
  }

  /**
   * What the runtime is told.
   *
   * @throws io.swarm4j.model.InvalidSpecException if a placeholder has no value
   */
  TaskContext context() {
    ContainerSpec container = container();
    ServiceSpec service = assignment.service();
    Map<String, String> env = new TreeMap<>();
    container
        .env()
        .forEach((name, value) -> env.put(name, text("task.container.env." + name, value)));
    env.putAll(resources(assignment.task().assigned()));
    if (service.isFenced()) {
      env.put(TaskRun.FENCING_TOKEN, Long.toString(assignment.task().generation()));
    }
    String hostname =
        text(
            "task.container.hostname",
            Objects.requireNonNullElse(container.hostname(), assignment.name()));
    List<Mount> mounts = new ArrayList<>();
    container.mounts().forEach(mount -> mounts.add(mount(mount)));
    ServiceSpec filled =
        env.equals(container.env()) && mounts.equals(container.mounts())
            ? service
            : service.withTask(
                service.task().withContainer(container.withEnv(env).withMounts(mounts)));
    return new TaskContext(
        assignment.task(),
        filled,
        assignment.name(),
        env,
        hostname,
        files(assignment.files()),
        agent.names(),
        agent.address());
  }

  /** The generic resources that a task was given, as the reference tells it of them. */
  private static Map<String, String> resources(List<GenericResource> assigned) {
    Map<String, String> variables = new TreeMap<>();
    for (GenericResource resource : assigned) {
      String name = RESOURCE + resource.kind().toUpperCase(Locale.ROOT);
      if (resource instanceof GenericResource.Named named) {
        variables.merge(name, named.value(), (before, next) -> before + "," + next);
      } else if (resource instanceof GenericResource.Discrete discrete) {
        variables.put(name, Long.toString(discrete.count()));
      }
    }
    return variables;
  }

  /** The files with their content filled in. */
  List<TaskFile> files(List<TaskFile> files) {
    return files.stream().map(this::file).toList();
  }

  private TaskFile file(TaskFile file) {
    if (!file.templated()) {
      return file;
    }
    String name = file.source() == null ? file.target().name() : file.source().toString();
    String text = utf8(file.content());
    Template template =
        file.kind() == TaskFile.Kind.SECRET ? Template.ofSecret(text) : Template.of(text);
    return file.filledIn(Payload.of(template.expand(name, this)));
  }

  private Mount mount(Mount mount) {
    String path = "task.container.mounts." + mount.target();
    Mount filled = mount.withTarget(text(path, mount.target()));
    return mount.source() == null ? filled : filled.withSource(text(path, mount.source()));
  }

  private String text(String component, String text) {
    return text.contains("{{") ? Template.of(text).expand(component, this) : text;
  }

  private static String utf8(Payload payload) {
    return new String(payload.bytes(), StandardCharsets.UTF_8);
  }

  private ContainerSpec container() {
    return assignment.service().task().container();
  }

  @Override
  public String field(String name) {
    return switch (name) {
      case "Service.ID" -> assignment.task().serviceId().toString();
      case "Service.Name" -> assignment.service().name();
      case "Node.ID" -> agent.node().toString();
      case "Node.Hostname" -> node.hostname();
      case "Node.Platform.OS" -> node.platform().os();
      case "Node.Platform.Architecture" -> node.platform().architecture();
      case "Task.ID" -> assignment.task().id().toString();
      case "Task.Name" -> assignment.name() + "." + assignment.task().id();
      case "Task.Slot" -> assignment.task().slot().toString();
      default -> throw new IllegalArgumentException(name);
    };
  }

  @Override
  public Map<String, String> labels() {
    return assignment.service().labels();
  }

  @Override
  public @Nullable String call(Call call) {
    if (call.function().equals("env")) {
      return container().env().get(call.argument());
    }
    TaskFile.Kind kind =
        call.function().equals("secret") ? TaskFile.Kind.SECRET : TaskFile.Kind.CONFIG;
    for (TaskFile file : assignment.files()) {
      if (file.kind() == kind && file.target().name().equals(call.argument())) {
        return utf8(file.content());
      }
    }
    return null;
  }
}
