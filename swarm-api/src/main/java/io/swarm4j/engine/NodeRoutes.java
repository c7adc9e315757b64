package io.swarm4j.engine;

import io.swarm4j.Swarm;
import io.swarm4j.engine.http.Response;
import io.swarm4j.engine.json.Fields;
import io.swarm4j.engine.json.Json;
import io.swarm4j.engine.json.NodeJson;
import io.swarm4j.model.Node;
import io.swarm4j.model.NodeSpec;
import io.swarm4j.store.View;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletionStage;

/** {@code /nodes}. */
final class NodeRoutes {
  private static final List<String> ROLES = List.of("manager", "worker");

  private final Access access;

  NodeRoutes(Access access) {
    this.access = access;
  }

  void addTo(Routes routes) {
    routes
        .get("/nodes", this::list)
        .get("/nodes/{id}", this::inspect)
        .later("POST", "/nodes/{id}/update", this::update)
        .later("DELETE", "/nodes/{id}", this::remove);
  }

  private Response list(Call call) {
    Filters filters = call.filters("id", "label", "membership", "name", "node.label", "role");
    for (String role : filters.get("role")) {
      if (!ROLES.contains(role)) {
        throw new ApiException(500, "Invalid role filter: '" + role + "'");
      }
    }
    View view = access.swarm().view();
    List<Node> found =
        view.nodes().stream()
            .filter(node -> filters.prefix("id", node.id().toString()))
            .filter(node -> filters.prefix("name", node.hostname()))
            .filter(node -> filters.labels("label", node.description().engineLabels()))
            .filter(node -> filters.labels("node.label", node.spec().labels()))
            .filter(node -> filters.is("membership", "accepted"))
            .filter(node -> filters.is("role", node.role().name().toLowerCase(Locale.ROOT)))
            .toList();
    return Answers.json(Json.list(found, node -> NodeJson.write(node, view.cluster())));
  }

  private Response inspect(Call call) {
    Swarm swarm = access.swarm();
    Node node = swarm.nodes().get(call.variable("id"));
    return Answers.json(NodeJson.write(node, swarm.view().cluster()));
  }

  private CompletionStage<Response> update(Call call) {
    Swarm swarm = access.swarm();
    long version = call.objectVersion("node");
    Fields body = call.body();
    NodeSpec spec = NodeJson.read(body);
    body.end();
    return swarm
        .nodes()
        .updateAsync(call.variable("id"), version, spec)
        .thenApply(node -> Answers.done());
  }

  private CompletionStage<Response> remove(Call call) {
    return access
        .swarm()
        .nodes()
        .removeAsync(call.variable("id"), call.query().flag("force"))
        .thenApply(removed -> Answers.done());
  }
}
