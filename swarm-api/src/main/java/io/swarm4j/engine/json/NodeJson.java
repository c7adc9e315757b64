package io.swarm4j.engine.json;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.swarm4j.model.Cluster;
import io.swarm4j.model.Node;
import io.swarm4j.model.Node.Availability;
import io.swarm4j.model.Node.NodeRole;
import io.swarm4j.model.NodeDescription;
import io.swarm4j.model.NodeSpec;

/** {@code Node} of the Engine API. */
public final class NodeJson {
  private NodeJson() {}

  /** Reads {@code NodeSpec}. */
  public static NodeSpec read(Fields fields) {
    return new NodeSpec(
        fields.text("Name"),
        fields.map("Labels"),
        fields.constant("Role", NodeRole.WORKER),
        fields.constant("Availability", Availability.ACTIVE));
  }

  /** Writes a node. */
  public static ObjectNode write(Node node, Cluster cluster) {
    ObjectNode json = Json.stored(node.id(), node.meta());
    ObjectNode spec = json.putObject("Spec");
    Json.putText(spec, "Name", node.spec().name());
    spec.set("Labels", Json.map(node.spec().labels()));
    spec.put("Role", Constants.text(node.spec().role()))
        .put("Availability", Constants.text(node.spec().availability()));
    ObjectNode description = description(node.description());
    description.set("TLSInfo", new TlsJson(cluster.authority()).of(node.description().trust()));
    json.set("Description", description);
    ObjectNode status =
        json.putObject("Status").put("State", Constants.text(node.status().state()));
    Json.putText(status, "Message", node.trouble());
    Json.putText(status, "Addr", node.status().address());
    Node.ManagerStatus manager = node.manager();
    if (manager != null) {
      ObjectNode standing = json.putObject("ManagerStatus");
      Json.putTrue(standing, "Leader", manager.leader());
      standing
          .put("Reachability", manager.reachable() ? "reachable" : "unreachable")
          .put("Addr", manager.address());
    }
    return json;
  }

  private static ObjectNode description(NodeDescription description) {
    ObjectNode json = Json.object().put("Hostname", description.hostname());
    json.set("Platform", PlacementJson.write(description.platform()));
    ResourcesJson.put(json.putObject("Resources"), description.resources());
    ObjectNode engine = json.putObject("Engine");
    Json.putText(engine, "EngineVersion", description.engineVersion());
    Json.putMap(engine, "Labels", description.engineLabels());
    if (!description.plugins().isEmpty()) {
      engine.set(
          "Plugins",
          Json.list(
              description.plugins(),
              plugin -> Json.object().put("Type", plugin.type()).put("Name", plugin.name())));
    }
    return json;
  }
}
