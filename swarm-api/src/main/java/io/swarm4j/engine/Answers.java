package io.swarm4j.engine;

import com.fasterxml.jackson.databind.JsonNode;
import io.swarm4j.engine.http.Response;
import io.swarm4j.engine.json.Json;

/** The usual answers of the Engine API. */
final class Answers {
  private Answers() {}

  static Response json(JsonNode tree) {
    return json(200, tree);
  }

  static Response json(int status, JsonNode tree) {
    return Response.of(status, "application/json", Json.bytes(tree));
  }

  /** Done, nothing to say; an empty 200. */
  static Response done() {
    return Response.empty(200);
  }

  /** Done, nothing to say; 204. */
  static Response noContent() {
    return Response.empty(204);
  }
}
