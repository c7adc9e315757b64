package io.swarm4j.engine.json;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.swarm4j.model.ContainerSpec;
import io.swarm4j.model.Mount;
import io.swarm4j.model.Network;
import io.swarm4j.model.PortSpec;
import io.swarm4j.model.Service;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.Subnet;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskHealth;
import io.swarm4j.model.TaskState;
import io.swarm4j.model.TaskStatus.ContainerStatus;
import io.swarm4j.store.View;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Containers of tasks, as {@code docker ps} and {@code docker inspect} show them. */
public final class ContainerJson {
  private static final String NEVER = "0001-01-01T00:00:00Z";
  private static final String LABEL = "com.docker.swarm.";

  private final View view;
  private final Instant now;

  /**
   * A writer.
   *
   * @param now what ages are counted to
   */
  public ContainerJson(View view, Instant now) {
    this.view = view;
    this.now = now;
  }

  /** One line of {@code docker ps}. */
  public ObjectNode summary(Task task) {
    ServiceSpec spec = view.specOf(task);
    ContainerSpec container = spec.task().container();
    ObjectNode node = Json.object().put("Id", id(task));
    node.putArray("Names").add("/" + name(task));
    node.put("Image", image(container))
        .put("ImageID", Digests.imageId(container.image()))
        .put("Command", String.join(" ", command(container)))
        .put("Created", task.meta().createdAt().getEpochSecond());
    node.set("Ports", ports(spec));
    node.set("Labels", Json.map(labels(task)));
    node.put("State", isRunning(task) ? "running" : "exited").put("Status", status(task));
    node.putObject("HostConfig").put("NetworkMode", "default");
    node.putObject("NetworkSettings").set("Networks", networks(task));
    node.set("Mounts", Json.list(container.mounts(), ContainerJson::mount));
    return node;
  }

  /** All of {@code docker inspect}. */
  public ObjectNode details(Task task) {
    ServiceSpec spec = view.specOf(task);
    ContainerSpec container = spec.task().container();
    List<String> command = command(container);
    ObjectNode node =
        Json.object()
            .put("Id", id(task))
            .put("Created", Json.time(task.meta().createdAt()))
            .put("Path", command.isEmpty() ? "" : command.get(0));
    ArrayNode args = node.putArray("Args");
    command.stream().skip(1).forEach(args::add);
    node.set("State", state(task));
    node.put("Image", Digests.imageId(container.image()))
        .put("Name", "/" + name(task))
        .put("RestartCount", 0)
        .put("Driver", "none")
        .put("Platform", "linux");
    ObjectNode host = node.putObject("HostConfig").put("NetworkMode", "default");
    var limits = spec.task().resources().limits();
    host.put("Memory", limits == null ? 0 : limits.memoryBytes())
        .put("NanoCpus", limits == null ? 0 : limits.nanoCpus())
        .put("PidsLimit", spec.task().resources().pidsLimit())
        .put("ReadonlyRootfs", container.readOnly())
        .put("AutoRemove", false);
    host.putObject("RestartPolicy").put("Name", "no").put("MaximumRetryCount", 0);
    host.putObject("LogConfig").put("Type", "json-file").putObject("Config");
    node.set("Mounts", Json.list(container.mounts(), ContainerJson::mount));
    node.set("Config", config(task, container));
    ObjectNode settings = node.putObject("NetworkSettings");
    settings.putObject("Ports");
    settings.set("Networks", networks(task));
    return node;
  }

  private ObjectNode config(Task task, ContainerSpec container) {
    ObjectNode config =
        Json.object()
            .put("Hostname", container.hostname() == null ? id(task) : container.hostname())
            .put("User", container.user() == null ? "" : container.user())
            .put("Tty", container.tty())
            .put("OpenStdin", container.openStdin())
            .put("AttachStdin", false)
            .put("AttachStdout", true)
            .put("AttachStderr", true)
            .put("Image", container.image())
            .put("WorkingDir", container.workingDir() == null ? "" : container.workingDir());
    ArrayNode env = config.putArray("Env");
    ContainerSpecJson.environment(container.env()).forEach(env::add);
    ArrayNode cmd = config.putArray("Cmd");
    container.args().forEach(cmd::add);
    ArrayNode entry = config.putArray("Entrypoint");
    container.command().forEach(entry::add);
    config.set("Labels", Json.map(labels(task)));
    if (container.health() != null) {
      config.set("Healthcheck", HealthJson.write(container.health()));
    }
    return config;
  }

  private ObjectNode state(Task task) {
    boolean running = isRunning(task);
    ContainerStatus container = task.status().container();
    Integer exit = container == null ? null : container.exitCode();
    ObjectNode state =
        Json.object()
            .put("Status", running ? "running" : "exited")
            .put("Running", running)
            .put("Paused", false)
            .put("Restarting", false)
            .put("OOMKilled", false)
            .put("Dead", false)
            .put("Pid", running && container != null ? container.pid() : 0)
            .put("ExitCode", exit == null ? 0 : exit)
            .put("Error", running ? "" : task.status().err())
            .put("StartedAt", Json.time(running ? task.status().at() : task.meta().createdAt()))
            .put("FinishedAt", running ? NEVER : Json.time(task.status().at()));
    TaskHealth health = task.status().health();
    if (health != null) {
      state.set("Health", health(health));
    }
    return state;
  }

  private static ObjectNode health(TaskHealth health) {
    ObjectNode node =
        Json.object()
            .put("Status", Constants.text(health.state()))
            .put("FailingStreak", health.failingStreak());
    node.set(
        "Log",
        Json.list(
            health.log(),
            result ->
                Json.object()
                    .put("Start", Json.time(result.start()))
                    .put("End", Json.time(result.end()))
                    .put("ExitCode", result.exitCode())
                    .put("Output", result.output())));
    return node;
  }

  private ObjectNode networks(Task task) {
    ObjectNode networks = Json.object();
    for (TaskPlace place : TaskPlace.of(task, view)) {
      Network network = place.network();
      if (network != null) {
        ObjectNode node =
            networks
                .putObject(network.name())
                .put("NetworkID", network.id().toString())
                .put("EndpointID", task.id().toString())
                .put("Gateway", "");
        putAddress(node, "IPAddress", "IPPrefixLen", place.address(true));
        putAddress(node, "GlobalIPv6Address", "GlobalIPv6PrefixLen", place.address(false));
        node.put("MacAddress", "");
      }
    }
    return networks;
  }

  private static void putAddress(
      ObjectNode node, String name, String length, @Nullable Subnet address) {
    node.put(name, address == null ? "" : address.address().toString())
        .put(length, address == null ? 0 : address.prefix());
  }

  private static ArrayNode ports(ServiceSpec spec) {
    ArrayNode ports = Json.array();
    for (PortSpec port : spec.endpoint().ports()) {
      ObjectNode each = ports.addObject().put("PrivatePort", port.target());
      if (port.publishMode() == PortSpec.PublishMode.HOST) {
        each.put("IP", "0.0.0.0").put("PublicPort", port.published());
      }
      each.put("Type", Constants.text(port.protocol()));
    }
    return ports;
  }

  private static ObjectNode mount(Mount mount) {
    return Json.object()
        .put("Type", Constants.text(mount.type()))
        .put("Source", mount.source() == null ? "" : mount.source())
        .put("Destination", mount.target())
        .put("Mode", "")
        .put("RW", !mount.readOnly())
        .put("Propagation", mount.propagation() == null ? "" : mount.propagation());
  }

  private Map<String, String> labels(Task task) {
    Service service = view.service(task.serviceId());
    Map<String, String> labels = new TreeMap<>(view.specOf(task).task().container().labels());
    labels.put(LABEL + "node.id", String.valueOf(task.nodeId()));
    labels.put(LABEL + "service.id", task.serviceId().toString());
    labels.put(LABEL + "service.name", service == null ? "" : service.name());
    labels.put(LABEL + "task", "");
    labels.put(LABEL + "task.id", task.id().toString());
    labels.put(LABEL + "task.name", name(task));
    return labels;
  }

  private static List<String> command(ContainerSpec spec) {
    List<String> command = new ArrayList<>(spec.command());
    command.addAll(spec.args());
    return command;
  }

  /** Without the digest, as {@code docker ps} has it. */
  private static String image(ContainerSpec spec) {
    int digest = spec.image().indexOf('@');
    return digest < 0 ? spec.image() : spec.image().substring(0, digest);
  }

  private String name(Task task) {
    return view.nameOf(task) + "." + task.id();
  }

  private static String id(Task task) {
    return Digests.containerId(task);
  }

  /** Whether what runs a task still does, as far as its node has said. */
  public static boolean isRunning(Task task) {
    return !task.state().isTerminal() && !task.state().isBefore(TaskState.STARTING);
  }

  /** Such as {@code Up 5 minutes (healthy)}. */
  public String status(Task task) {
    String age = Ages.text(Duration.between(task.status().at(), now));
    if (!isRunning(task)) {
      ContainerStatus container = task.status().container();
      Integer exit = container == null ? null : container.exitCode();
      return "Exited (" + (exit == null ? 0 : exit) + ") " + age + " ago";
    }
    @Nullable TaskHealth health = task.status().health();
    if (health == null) {
      return "Up " + age;
    }
    String verdict = Constants.text(health.state());
    return "Up "
        + age
        + (verdict.equals("starting") ? " (health: starting)" : " (" + verdict + ")");
  }
}
