package io.swarm4j.engine;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.swarm4j.Swarm;
import io.swarm4j.engine.http.Response;
import io.swarm4j.engine.json.ClusterJson;
import io.swarm4j.engine.json.Json;
import io.swarm4j.model.Node;
import io.swarm4j.model.NodeDescription;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskState;
import io.swarm4j.store.View;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BinaryOperator;

/** {@code /_ping}, {@code /version} and {@code /info}. */
final class SystemRoutes {
  private static final String TWO_MANAGERS =
      "WARNING: Running Swarm in a two-manager configuration. This configuration provides\n"
          + "         no fault tolerance, and poses a high risk to lose control over the cluster.\n"
          + "         Run one manager, or three.";

  private final Access access;

  SystemRoutes(Access access) {
    this.access = access;
  }

  void addTo(Routes routes) {
    routes
        .get("/_ping", this::ping)
        .later("HEAD", "/_ping", call -> CompletableFuture.completedFuture(ping(call)))
        .later("GET", "/version", this::version)
        .later("GET", "/info", this::info)
        .post("/auth", call -> Answers.json(Json.object().put("Status", "Login Succeeded")));
  }

  private Response ping(Call call) {
    return Response.of(200, "text/plain; charset=utf-8", new byte[] {'O', 'K'})
        .withHeader("Builder-Version", "2")
        .withHeader("Cache-Control", "no-cache, no-store, must-revalidate")
        .withHeader("Pragma", "no-cache")
        .withHeader("Swarm", standing());
  }

  private String standing() {
    String state = access.seat().standing().name().toLowerCase(Locale.ROOT);
    return state.equals("active") ? "active/" + (access.isManager() ? "manager" : "worker") : state;
  }

  private CompletionStage<Response> version(Call call) {
    return withEngine(
        "/version",
        version(),
        (ours, theirs) -> {
          for (String field : List.of("ApiVersion", "MinAPIVersion")) {
            theirs.set(field, ours.get(field));
          }
          return Json.append(theirs, "Components", ours.get("Components"));
        });
  }

  /**
   * What the node's engine tells, joined with what we know; ours alone, with a warning, if it does
   * not answer.
   */
  private CompletionStage<Response> withEngine(
      String target, ObjectNode ours, BinaryOperator<ObjectNode> join) {
    LocalEngine engine = access.engine();
    if (engine == null) {
      return CompletableFuture.completedFuture(Answers.json(ours));
    }
    return engine
        .read(target)
        .thenApply(theirs -> join.apply(ours, theirs))
        .exceptionally(
            silent ->
                Json.append(
                    ours,
                    "Warnings",
                    Json.array().add("WARNING: " + Errors.cause(silent).getMessage())))
        .thenApply(Answers::json);
  }

  private ObjectNode version() {
    ObjectNode node = Json.object();
    node.putObject("Platform").put("Name", Product.NAME);
    ArrayNode components = node.putArray("Components");
    String name = access.engine() == null ? "Engine" : Product.NAME;
    ObjectNode engine = components.addObject().put("Name", name).put("Version", Product.VERSION);
    ObjectNode details = engine.putObject("Details");
    for (ObjectNode target : List.of(node, details)) {
      target
          .put("ApiVersion", access.newestHeard().toString())
          .put("MinAPIVersion", ApiVersion.OLDEST.toString())
          .put("Os", description().platform().os())
          .put("Arch", description().platform().architecture())
          .put("KernelVersion", System.getProperty("os.version", ""));
    }
    node.put("Version", Product.VERSION).put("Experimental", false);
    return node;
  }

  private NodeDescription description() {
    Node self = access.seat().self();
    return self == null ? NodeDescription.UNKNOWN : self.description();
  }

  private CompletionStage<Response> info(Call call) {
    return withEngine(
        "/info",
        info(),
        (ours, theirs) -> {
          for (String field : List.of("Swarm", "Name")) {
            theirs.set(field, ours.get(field));
          }
          return Json.append(theirs, "Warnings", ours.get("Warnings"));
        });
  }

  private ObjectNode info() {
    NodeDescription self = description();
    ObjectNode node = Json.object().put("ID", access.seat().hostname());
    putTasks(node);
    node.put("Images", 0).put("Driver", "none");
    ObjectNode plugins = node.putObject("Plugins");
    for (String kind : List.of("Volume", "Network", "Log")) {
      ArrayNode names = plugins.putArray(kind);
      self.plugins().stream()
          .filter(plugin -> plugin.type().equals(kind))
          .forEach(plugin -> names.add(plugin.name()));
    }
    for (String present :
        List.of(
            "MemoryLimit",
            "SwapLimit",
            "CpuCfsPeriod",
            "CpuCfsQuota",
            "CPUShares",
            "CPUSet",
            "PidsLimit",
            "IPv4Forwarding",
            "OomKillDisable",
            "BridgeNfIptables",
            "BridgeNfIp6tables")) {
      node.put(present, true);
    }
    node.put("LoggingDriver", "json-file")
        .put("CgroupDriver", "none")
        .put("KernelVersion", System.getProperty("os.version", ""))
        .put("OperatingSystem", System.getProperty("os.name", ""))
        .put("OSType", self.platform().os().isEmpty() ? "linux" : self.platform().os())
        .put("Architecture", self.platform().architecture())
        .put("NCPU", self.resources().nanoCpus() / 1_000_000_000L)
        .put("MemTotal", self.resources().memoryBytes())
        .put("DockerRootDir", "")
        .put("Name", access.seat().hostname())
        .put("ExperimentalBuild", false)
        .put("ServerVersion", Product.VERSION);
    ArrayNode labels = node.putArray("Labels");
    self.engineLabels().forEach((key, value) -> labels.add(key + "=" + value));
    node.put("SystemTime", Json.time(access.seat().time().now()));
    ObjectNode swarm = swarm();
    node.set("Swarm", swarm);
    node.set("Warnings", swarm.has("Warnings") ? swarm.get("Warnings") : Json.array());
    return node;
  }

  private void putTasks(ObjectNode target) {
    Swarm swarm = access.seat().swarm();
    Node self = access.seat().self();
    long running = 0;
    long stopped = 0;
    if (swarm != null && self != null) {
      for (Task task : swarm.view().tasksOn(self.id())) {
        running += task.state() == TaskState.RUNNING ? 1 : 0;
        stopped += task.state().isTerminal() ? 1 : 0;
      }
    }
    target
        .put("Containers", running + stopped)
        .put("ContainersRunning", running)
        .put("ContainersPaused", 0)
        .put("ContainersStopped", stopped);
  }

  private ObjectNode swarm() {
    Swarm swarm = access.seat().swarm();
    Node self = access.seat().self();
    ObjectNode node =
        Json.object()
            .put("NodeID", access.seat().nodeId())
            .put("NodeAddr", self == null ? "" : self.status().address())
            .put("LocalNodeState", access.seat().standing().name().toLowerCase(Locale.ROOT))
            .put("ControlAvailable", access.isManager())
            .put("Error", "");
    if (swarm == null || self == null) {
      return node.putNull("RemoteManagers");
    }
    View view = swarm.view();
    ArrayNode managers = node.putArray("RemoteManagers");
    for (Node each : view.nodes()) {
      if (each.manager() != null) {
        managers
            .addObject()
            .put("NodeID", each.id().toString())
            .put("Addr", each.manager().address());
      }
    }
    if (access.isManager()) {
      node.put("Nodes", view.nodes().size()).put("Managers", managers.size());
      node.set("Cluster", ClusterJson.write(view.cluster()));
      if (managers.size() == 2) {
        node.putArray("Warnings").add(TWO_MANAGERS);
      }
    }
    return node;
  }
}
