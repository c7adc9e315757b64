package io.swarm4j.engine.json;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import io.swarm4j.model.Network;
import io.swarm4j.model.NetworkId;
import io.swarm4j.model.PortSpec;
import io.swarm4j.model.Service;
import io.swarm4j.model.ServiceId;
import io.swarm4j.model.SlotKey;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskStatus;
import io.swarm4j.store.View;
import java.util.HashMap;
import java.util.Map;

/**
 * {@code Task} of the Engine API. One writer serves one answer: what many tasks share is made once.
 * Not thread-safe.
 */
public final class TaskJson {
  private final View view;
  private final Map<SpecKey, RawValue> specs = new HashMap<>();
  private final Map<NetworkId, RawValue> networks = new HashMap<>();

  /** A writer for tasks of a view. */
  public TaskJson(View view) {
    this.view = view;
  }

  /** Writes a task. */
  public ObjectNode write(Task task) {
    ObjectNode node = Json.stored(task.id(), task.meta());
    node.putObject("Labels");
    node.putRawValue(
        "Spec",
        specs.computeIfAbsent(
            new SpecKey(task.serviceId(), task.specVersion()),
            key -> Json.finished(TaskSpecJson.write(view.specOf(task).task(), false, view))));
    node.put("ServiceID", task.serviceId().toString());
    if (task.slot() instanceof SlotKey.Numbered slot) {
      node.put("Slot", slot.number());
    }
    if (task.nodeId() != null) {
      node.put("NodeID", task.nodeId().toString());
    }
    node.set("Status", status(task));
    node.put("DesiredState", task.desiredState().text());
    if (!task.attachments().isEmpty()) {
      ArrayNode attachments = node.putArray("NetworksAttachments");
      TaskPlace.of(task, view).forEach(place -> attachments.add(attachment(place)));
    }
    if (!task.assigned().isEmpty()) {
      node.set("GenericResources", ResourcesJson.generic(task.assigned()));
    }
    Service service = view.service(task.serviceId());
    if (service != null && service.spec().mode().isJob()) {
      node.putObject("JobIteration").put("Index", task.iteration());
    }
    return node.putNull("Volumes");
  }

  private ObjectNode status(Task task) {
    TaskStatus status = task.status();
    ObjectNode node =
        Json.object()
            .put("Timestamp", Json.time(status.at()))
            .put("State", status.state().text())
            .put("Message", status.message());
    Json.putText(node, "Err", status.err());
    TaskStatus.ContainerStatus container = status.container();
    if (container != null) {
      Integer exit = container.exitCode();
      node.putObject("ContainerStatus")
          .put("ContainerID", Digests.containerId(task))
          .put("PID", container.pid())
          .put("ExitCode", exit == null ? 0 : exit);
    }
    ObjectNode ports = node.putObject("PortStatus");
    if (task.state() == io.swarm4j.model.TaskState.RUNNING) {
      var published =
          view.specOf(task).endpoint().ports().stream()
              .filter(port -> port.publishMode() == PortSpec.PublishMode.HOST)
              .toList();
      if (!published.isEmpty()) {
        ports.set("Ports", Json.list(published, EndpointJson::write));
      }
    }
    return node;
  }

  private ObjectNode attachment(TaskPlace place) {
    ObjectNode node = Json.object();
    Network network = place.network();
    if (network != null) {
      node.putRawValue(
          "Network",
          networks.computeIfAbsent(
              network.id(), id -> Json.finished(NetworkJson.attached(network))));
    }
    ArrayNode addresses = node.putArray("Addresses");
    place.addresses().forEach(address -> addresses.add(address.toString()));
    return node;
  }

  private record SpecKey(ServiceId service, long version) {}
}
