package io.swarm4j.engine.json;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.swarm4j.event.SwarmEvent;
import io.swarm4j.model.Config;
import io.swarm4j.model.Network;
import io.swarm4j.model.Node;
import io.swarm4j.model.Secret;
import io.swarm4j.model.Service;
import io.swarm4j.model.ServiceMode;
import io.swarm4j.model.StoreObject;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * An event of the Engine API.
 *
 * @param type kind of object
 * @param action what happened to it
 * @param id its identity
 * @param attributes its name, and what changed
 * @param at when it happened
 */
public record EventJson(
    String type, String action, String id, Map<String, String> attributes, Instant at) {

  /** Reads what happened in the swarm; null if the Engine API has no event for it. */
  public static @Nullable EventJson of(SwarmEvent event) {
    if (event instanceof SwarmEvent.ServiceCreated created) {
      return service(event, "create", null, created.service());
    } else if (event instanceof SwarmEvent.ServiceChanged changed) {
      return changed.after().isRemoved()
          ? null
          : service(event, "update", changed.before(), changed.after());
    } else if (event instanceof SwarmEvent.ServiceRemoved removed) {
      return service(event, "remove", null, removed.service());
    } else if (event instanceof SwarmEvent.NodeJoined joined) {
      return node(event, "create", null, joined.node());
    } else if (event instanceof SwarmEvent.NodeChanged changed) {
      return node(event, "update", changed.before(), changed.after());
    } else if (event instanceof SwarmEvent.NodeRemoved removed) {
      return node(event, "remove", null, removed.node());
    } else if (event instanceof SwarmEvent.ObjectChanged changed) {
      return other(event, changed.before(), changed.after());
    }
    return null; // tasks have events only where their containers run
  }

  private static EventJson service(
      SwarmEvent event, String action, @Nullable Service before, Service after) {
    Map<String, String> attributes = new TreeMap<>();
    attributes.put("name", after.name());
    if (before != null) {
      put(attributes, "replicas", replicas(before), replicas(after));
      put(
          attributes,
          "image",
          before.spec().task().container().image(),
          after.spec().task().container().image());
      put(attributes, "updatestate", updateState(before), updateState(after));
    }
    return new EventJson("service", action, after.id().toString(), attributes, event.at());
  }

  private static String replicas(Service service) {
    return service.spec().mode() instanceof ServiceMode.Replicated mode
        ? Integer.toString(mode.replicas())
        : "";
  }

  private static String updateState(Service service) {
    return service.updateStatus() == null
        ? ""
        : service.updateStatus().state().name().toLowerCase(Locale.ROOT);
  }

  private static EventJson node(
      SwarmEvent event, String action, @Nullable Node before, Node after) {
    Map<String, String> attributes = new TreeMap<>();
    attributes.put("name", after.hostname());
    if (before != null) {
      put(
          attributes,
          "availability",
          Constants.text(before.spec().availability()),
          Constants.text(after.spec().availability()));
      put(attributes, "role", Constants.text(before.role()), Constants.text(after.role()));
      put(
          attributes,
          "state",
          Constants.text(before.status().state()),
          Constants.text(after.status().state()));
      put(attributes, "leader", leader(before), leader(after));
      put(attributes, "reachability", reachability(before), reachability(after));
    }
    return new EventJson("node", action, after.id().toString(), attributes, event.at());
  }

  private static String leader(Node node) {
    return Boolean.toString(node.manager() != null && node.manager().leader());
  }

  private static String reachability(Node node) {
    if (node.manager() == null) {
      return "";
    }
    return node.manager().reachable() ? "reachable" : "unreachable";
  }

  private static void put(Map<String, String> target, String name, String before, String after) {
    if (!before.equals(after)) {
      target.put(name + ".old", before);
      target.put(name + ".new", after);
    }
  }

  private static @Nullable EventJson other(
      SwarmEvent event, @Nullable StoreObject before, @Nullable StoreObject after) {
    StoreObject latest = Objects.requireNonNull(after == null ? before : after);
    String action = before == null ? "create" : after == null ? "remove" : "update";
    String id = latest.id().toString();
    if (latest instanceof Network network) {
      return new EventJson("network", action, id, Map.of("name", network.name()), event.at());
    } else if (latest instanceof Secret secret) {
      return new EventJson("secret", action, id, Map.of("name", secret.spec().name()), event.at());
    } else if (latest instanceof Config config) {
      return new EventJson("config", action, id, Map.of("name", config.spec().name()), event.at());
    }
    return null;
  }

  /** One line of the stream. */
  public byte[] line() {
    ObjectNode node = Json.object().put("Type", type).put("Action", action);
    node.putObject("Actor").put("ID", id).set("Attributes", Json.map(attributes));
    long nanos = at.getEpochSecond() * 1_000_000_000L + at.getNano();
    return Json.bytes(
        node.put("scope", "swarm").put("time", at.getEpochSecond()).put("timeNano", nanos));
  }
}
