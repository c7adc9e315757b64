package io.swarm4j.dashboard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.swarm4j.engine.json.Json;
import io.swarm4j.model.Node;
import io.swarm4j.model.PortSpec;
import io.swarm4j.model.Reason;
import io.swarm4j.model.Resources;
import io.swarm4j.model.Service;
import io.swarm4j.model.ServiceMode;
import io.swarm4j.model.StoreObject;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskSpec;
import io.swarm4j.store.Change;
import io.swarm4j.store.View;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What the page shows of nodes, services and tasks. */
final class StateJson {
  private StateJson() {}

  static ObjectNode all(View view) {
    ObjectNode node = Json.object();
    node.set("nodes", Json.list(view.nodes(), StateJson::node));
    node.set(
        "services",
        Json.list(
            view.services().stream().filter(service -> !service.isRemoved()).toList(),
            StateJson::service));
    node.set("tasks", Json.list(view.tasks(), task -> task(task, view)));
    return node;
  }

  /** One change: the object as it is now, or only its kind and id if it is gone. */
  static @Nullable JsonNode change(Change change, View view) {
    StoreObject object = change.latest();
    boolean gone =
        change.after() == null || (object instanceof Service service && service.isRemoved());
    String kind =
        object instanceof Node
            ? "nodes"
            : object instanceof Service ? "services" : object instanceof Task ? "tasks" : "";
    if (kind.isEmpty()) {
      return null;
    }
    ObjectNode json = Json.object().put("kind", kind).put("id", object.id().toString());
    if (gone) {
      return json.putNull("now");
    }
    if (object instanceof Node node) {
      json.set("now", node(node));
    } else if (object instanceof Service service) {
      json.set("now", service(service));
    } else if (object instanceof Task task) {
      json.set("now", task(task, view));
    }
    return json;
  }

  static ObjectNode node(Node node) {
    ObjectNode json =
        Json.object()
            .put("id", node.id().toString())
            .put("name", node.hostname())
            .put("role", lower(node.role()))
            .put("status", lower(node.status().state()))
            .put("message", node.trouble())
            .put("availability", lower(node.spec().availability()))
            .put("address", node.status().address())
            .put("leader", node.manager() != null && node.manager().leader())
            .put("cpus", node.description().resources().nanoCpus() / 1e9)
            .put("memory", node.description().resources().memoryBytes());
    json.set("labels", Json.map(node.spec().labels()));
    return json;
  }

  static ObjectNode service(Service service) {
    ServiceMode mode = service.spec().mode();
    ObjectNode json =
        Json.object()
            .put("id", service.id().toString())
            .put("name", service.name())
            .put("mode", mode(mode))
            .put("image", image(service.spec().task().container().image()))
            .put("version", service.specVersion());
    if (mode instanceof ServiceMode.Replicated replicated) {
      json.put("wanted", replicated.replicas());
    } else if (mode instanceof ServiceMode.ReplicatedJob job) {
      json.put("wanted", job.totalCompletions());
    }
    json.put(
        "ports",
        service.endpoint().ports().stream().map(StateJson::port).collect(Collectors.joining(", ")));
    if (service.updateStatus() != null) {
      json.put("update", lower(service.updateStatus().state()).replace('_', ' '))
          .put("updateMessage", service.updateStatus().message());
    }
    return json;
  }

  private static String mode(ServiceMode mode) {
    String kind = mode.isGlobal() ? "global" : "replicated";
    return mode.isJob() ? kind + " job" : kind;
  }

  private static String port(PortSpec port) {
    return port.published() + "→" + port.target() + "/" + lower(port.protocol());
  }

  static ObjectNode task(Task task, View view) {
    TaskSpec spec = view.specOf(task).task();
    String image = spec.container().image();
    Resources reserved = spec.resources().reserved();
    ObjectNode json =
        step(task)
            .put("id", task.id().toString())
            .put("name", view.nameOf(task))
            .put("service", task.serviceId().toString())
            .put("node", task.nodeId() == null ? "" : task.nodeId().toString())
            .put("image", image(image))
            .put("digest", digest(image))
            .put("version", task.specVersion())
            .put("cpus", reserved.nanoCpus() / 1e9)
            .put("memory", reserved.memoryBytes());
    if (task.status().health() != null) {
      json.put("health", lower(task.status().health().state()));
    }
    return json;
  }

  /** Where a task is. */
  static ObjectNode step(Task task) {
    Reason reason = task.status().reason();
    return Json.object()
        .put("state", task.state().text())
        .put("desired", task.desiredState().text())
        .put("at", Json.time(task.status().at()))
        .put("message", task.status().message())
        .put("error", task.status().err())
        .put("reason", reason == null || reason instanceof Reason.InProgress ? "" : words(reason));
  }

  /** The name of a reason in words: {@code NoSuitableNode} becomes {@code no suitable node}. */
  private static String words(Reason reason) {
    return reason
        .getClass()
        .getSimpleName()
        .replaceAll("([a-z])([A-Z])", "$1 $2")
        .toLowerCase(Locale.ROOT);
  }

  private static String image(String reference) {
    int at = reference.indexOf('@');
    return at < 0 ? reference : reference.substring(0, at);
  }

  private static String digest(String reference) {
    int at = reference.indexOf('@');
    return at < 0 ? "" : reference.substring(at + 1);
  }

  private static String lower(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }
}
