package io.swarm4j.engine;

import io.swarm4j.engine.http.Outlet;
import io.swarm4j.engine.http.Peer;
import io.swarm4j.engine.http.Request;
import io.swarm4j.engine.json.FilterJson;
import io.swarm4j.model.Id;
import io.swarm4j.model.SwarmException;
import io.swarm4j.model.Task;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which requests the node's own engine answers: all but those about the swarm, and about containers
 * of its other nodes.
 */
final class EngineOutlet implements Outlet {
  /** What a member tells of both. */
  private static final Set<String> JOINED = Set.of("events", "networks");

  /** What is answered here in any case. */
  private static final Set<String> OWN =
      Set.of(
          "_ping",
          "version",
          "info",
          "swarm",
          "nodes",
          "services",
          "tasks",
          "secrets",
          "configs",
          "dashboard");

  private final Access access;
  private final LocalEngine engine;
  private final Doorkeeper doorkeeper;
  private final ExecSessions sessions;

  EngineOutlet(Access access, LocalEngine engine, Doorkeeper doorkeeper, ExecSessions sessions) {
    this.access = access;
    this.engine = engine;
    this.doorkeeper = doorkeeper;
    this.sessions = sessions;
  }

  @Override
  public @Nullable Peer of(Request head) {
    try {
      doorkeeper.check(head);
      Request plain = ApiVersion.of(head) == null ? head : head.withoutFirstSegment();
      return plain.segments().isEmpty() || isOurs(plain) ? null : engine.peer();
    } catch (SwarmException refused) {
      return null; // which is told on the usual way
    }
  }

  private boolean isOurs(Request request) {
    List<String> path = request.segments();
    String first = path.get(0);
    if (OWN.contains(first)) {
      return true;
    } else if (access.seat().swarm() == null) {
      return false;
    } else if (path.size() == 1) {
      return JOINED.contains(first);
    }
    return switch (first) {
      case "networks" -> isOurNetwork(path.get(1));
      case "exec" -> sessions.knows(path.get(1));
      case "containers" -> path.get(1).equals("json") ? asksForOthers(request) : isElsewhere(path);
      default -> false;
    };
  }

  private boolean isOurNetwork(String reference) {
    if (Set.of("create", "prune").contains(reference)) {
      return true; // the one depends on the driver, the other concerns both
    }
    try {
      access.member().networks().get(reference);
      return true;
    } catch (SwarmException unknown) {
      return false;
    }
  }

  /** Whether a list of containers is to tell of other nodes, which an engine knows nothing of. */
  private static boolean asksForOthers(Request request) {
    Set<String> filters = FilterJson.read(request.query().get("filters", "")).keySet();
    return filters.contains("node") || filters.contains("scope");
  }

  /** Whether a container is that of a task on another node. */
  private boolean isElsewhere(List<String> path) {
    if (Set.of("create", "prune").contains(path.get(1))) {
      return false;
    }
    try {
      TaskContainers containers = TaskContainers.of(access);
      Task task = containers.find(path.get(1));
      Id self = containers.self();
      return !self.equals(task.nodeId());
    } catch (SwarmException unknown) {
      return false; // a container of the engine alone, or none at all
    }
  }
}
