package io.swarm4j.engine;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.swarm4j.Swarm;
import io.swarm4j.engine.http.Response;
import io.swarm4j.engine.json.ContainerJson;
import io.swarm4j.engine.json.Json;
import io.swarm4j.model.Mount;
import io.swarm4j.model.Service;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskHealth;
import io.swarm4j.model.TaskStatus.ContainerStatus;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** {@code /containers}, as far as they belong to tasks. */
final class ContainerRoutes {
  private static final String[] FILTERS = {
    "ancestor",
    "before",
    "exited",
    "health",
    "id",
    "is-task",
    "label",
    "name",
    "network",
    "node",
    "scope",
    "since",
    "status",
    "volume"
  };

  private final Access access;

  ContainerRoutes(Access access) {
    this.access = access;
  }

  void addTo(Routes routes) {
    routes
        .get("/containers/json", this::list)
        .get("/containers/{id}/json", this::inspect)
        .get("/containers/{id}/top", this::top);
  }

  private Response list(Call call) {
    Filters filters = call.filters(FILTERS);
    Swarm swarm = access.member();
    TaskContainers containers = TaskContainers.of(access);
    ContainerJson json = new ContainerJson(swarm.view(), swarm.time().now());
    long limit = call.count("limit");
    boolean all =
        limit > 0
            || call.query().flag("all")
            || List.of("status", "exited", "before", "since").stream().anyMatch(filters::has);
    List<Task> found =
        candidates(swarm, containers, filters).stream()
            .filter(task -> all || ContainerJson.isRunning(task))
            .filter(task -> matches(task, containers, filters))
            .sorted(
                Comparator.comparing((Task task) -> task.meta().createdAt())
                    .reversed()
                    .thenComparing(Task::id))
            .limit(limit > 0 ? limit : Long.MAX_VALUE)
            .toList();
    return Answers.json(Json.list(found, json::summary));
  }

  /** This node's unless {@code node=NAME} or {@code scope=swarm} asks for others. */
  private static List<Task> candidates(Swarm swarm, TaskContainers containers, Filters filters) {
    if (filters.has("node")) {
      return filters.get("node").stream()
          .flatMap(node -> containers.on(swarm.nodes().get(node).id()).stream())
          .toList();
    }
    return filters.get("scope").contains("swarm") ? containers.everywhere() : containers.here();
  }

  private static boolean matches(Task task, TaskContainers containers, Filters filters) {
    Service service = containers.view().service(task.serviceId());
    var container = containers.view().specOf(task).task().container();
    String state = ContainerJson.isRunning(task) ? "running" : "exited";
    ContainerStatus status = task.status().container();
    Integer exit = status == null ? null : status.exitCode();
    TaskHealth health = task.status().health();
    String verdict = health == null ? "none" : health.state().name().toLowerCase(Locale.ROOT);
    return filters.prefix("id", TaskContainers.id(task))
        && filters.any("name", name -> ("/" + containers.name(task)).contains(name))
        && filters.any("ancestor", image -> isOf(container.image(), image))
        && filters.is("status", state)
        && filters.is("exited", String.valueOf(exit == null ? 0 : exit))
        && filters.is("health", verdict)
        && filters.is("is-task", "true")
        && filters.any("network", network -> isAttached(task, network, containers))
        && filters.any("before", other -> age(task, other, containers) < 0)
        && filters.any("since", other -> age(task, other, containers) > 0)
        && filters.any("volume", place -> mounts(container.mounts(), place))
        && filters.labels(
            "label",
            container.labels(),
            java.util.Map.of(
                "com.docker.swarm.service.name", service == null ? "" : service.name(),
                "com.docker.swarm.service.id", task.serviceId().toString(),
                "com.docker.swarm.task.id", task.id().toString(),
                "com.docker.swarm.node.id", String.valueOf(task.nodeId())));
  }

  private static boolean isOf(String image, String wanted) {
    return image.equals(wanted) || image.startsWith(wanted + ":") || image.startsWith(wanted + "@");
  }

  /** Less than 0 if a container is older than another, more than 0 if it is younger. */
  private static int age(Task task, String other, TaskContainers containers) {
    return task.meta().createdAt().compareTo(containers.find(other).meta().createdAt());
  }

  private static boolean mounts(List<Mount> mounts, String place) {
    return mounts.stream()
        .anyMatch(mount -> place.equals(mount.source()) || place.equals(mount.target()));
  }

  private static boolean isAttached(Task task, String network, TaskContainers containers) {
    return task.attachments().stream()
        .map(attachment -> containers.view().network(attachment.network()))
        .anyMatch(
            found ->
                found != null
                    && (found.name().equals(network) || found.id().toString().equals(network)));
  }

  private Response inspect(Call call) {
    Swarm swarm = access.member();
    Task task = TaskContainers.of(access).find(call.variable("id"));
    return Answers.json(new ContainerJson(swarm.view(), swarm.time().now()).details(task));
  }

  /** The processes of a task that has some; code within this JVM shows as one line. */
  private Response top(Call call) {
    Task task = TaskContainers.of(access).find(call.variable("id"));
    ContainerStatus status = task.status().container();
    if (status == null || !ContainerJson.isRunning(task)) {
      throw new ApiException(409, "container " + call.variable("id") + " is not running");
    }
    ObjectNode answer = Json.object();
    ArrayNode titles = answer.putArray("Titles");
    List.of("UID", "PID", "PPID", "TIME", "CMD").forEach(titles::add);
    ArrayNode rows = answer.putArray("Processes");
    ProcessHandle.of(status.pid()).ifPresent(process -> addProcesses(rows, process));
    if (rows.isEmpty()) {
      ArrayNode row = rows.addArray();
      row.add("-").add(Long.toString(status.pid())).add("-").add("-");
      row.add(access.member().view().specOf(task).task().container().image());
    }
    return Answers.json(answer);
  }

  private static void addProcesses(ArrayNode rows, ProcessHandle root) {
    java.util.stream.Stream.concat(java.util.stream.Stream.of(root), root.descendants())
        .forEach(
            process ->
                rows.addArray()
                    .add(process.info().user().orElse("-"))
                    .add(Long.toString(process.pid()))
                    .add(process.parent().map(parent -> Long.toString(parent.pid())).orElse("-"))
                    .add(process.info().totalCpuDuration().map(Duration::toString).orElse("-"))
                    .add(process.info().commandLine().orElse("-")));
  }
}
