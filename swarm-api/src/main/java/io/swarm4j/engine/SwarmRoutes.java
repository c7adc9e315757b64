package io.swarm4j.engine;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.swarm4j.Swarm;
import io.swarm4j.engine.http.Response;
import io.swarm4j.engine.json.ClusterJson;

/** {@code /swarm}. */
final class SwarmRoutes {
  private final Access access;

  SwarmRoutes(Access access) {
    this.access = access;
  }

  void addTo(Routes routes) {
    routes
        .get("/swarm", this::inspect)
        .post("/swarm/init", this::alreadyPartOfASwarm)
        .post("/swarm/join", this::alreadyPartOfASwarm);
  }

  private Response inspect(Call call) {
    Swarm swarm = access.swarm();
    ObjectNode json = ClusterJson.write(swarm.view().cluster());
    json.putObject("JoinTokens").put("Worker", "").put("Manager", "");
    return Answers.json(json);
  }

  private Response alreadyPartOfASwarm(Call call) {
    access.member();
    throw new ApiException(
        503,
        "This node is already part of a swarm. Use \"docker swarm leave\" to leave this swarm and"
            + " join another one.");
  }
}
