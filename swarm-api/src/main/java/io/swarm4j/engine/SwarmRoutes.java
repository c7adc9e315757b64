package io.swarm4j.engine;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.swarm4j.Swarm;
import io.swarm4j.engine.http.Response;
import io.swarm4j.engine.json.ClusterJson;
import io.swarm4j.engine.json.Fields;
import io.swarm4j.model.ClusterSpec;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** {@code /swarm}. */
final class SwarmRoutes {
  private final Access access;

  SwarmRoutes(Access access) {
    this.access = access;
  }

  void addTo(Routes routes) {
    routes
        .get("/swarm", this::inspect)
        .later("POST", "/swarm/update", this::update)
        .post("/swarm/init", this::alreadyPartOfASwarm)
        .post("/swarm/join", this::alreadyPartOfASwarm);
  }

  private Response inspect(Call call) {
    Swarm swarm = access.swarm();
    ObjectNode json = ClusterJson.write(swarm.view().cluster());
    json.putObject("JoinTokens").put("Worker", "").put("Manager", "");
    return Answers.json(json);
  }

  private CompletionStage<Response> update(Call call) {
    Swarm swarm = access.swarm();
    for (String rotation :
        List.of("rotateWorkerToken", "rotateManagerToken", "rotateManagerUnlockKey")) {
      if (call.query().flag(rotation)) {
        throw new ApiException(
            501, rotation + ": the nodes of an embedded swarm need no tokens and no key");
      }
    }
    long version = call.objectVersion("swarm");
    Fields body = call.body();
    ClusterSpec spec = ClusterJson.read(body, swarm.view().cluster().spec());
    body.end();
    return swarm.updateAsync(version, spec).thenApply(cluster -> Answers.done());
  }

  private Response alreadyPartOfASwarm(Call call) {
    access.member();
    throw new ApiException(
        503,
        "This node is already part of a swarm. Use \"docker swarm leave\" to leave this swarm and"
            + " join another one.");
  }
}
