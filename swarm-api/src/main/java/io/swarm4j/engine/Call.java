package io.swarm4j.engine;

import io.swarm4j.engine.http.Query;
import io.swarm4j.engine.http.Request;
import io.swarm4j.engine.json.Fields;
import io.swarm4j.engine.json.Json;
import java.util.Map;

/**
 * A request that has found its route.
 *
 * @param request the request
 * @param version the version that the client speaks
 * @param variables parts of the path by the names that the route gives them
 */
record Call(Request request, ApiVersion version, Map<String, String> variables) {

  String variable(String name) {
    String value = variables.get(name);
    if (value == null) {
      throw new IllegalArgumentException("the route has no variable " + name);
    }
    return value;
  }

  Query query() {
    return request.query();
  }

  /** The body as a JSON object. */
  Fields body() {
    String type = request.header("Content-Type");
    if (request.body().length > 0 && (type == null || !type.startsWith("application/json"))) {
      throw new ApiException(
          400,
          "unsupported Content-Type header ("
              + (type == null ? "" : type)
              + "): must be 'application/json'");
    }
    return Json.read(request.body());
  }

  /** The version of the object that the client has seen, as updates must give it. */
  long objectVersion(String kind) {
    String text = query().get("version", "");
    try {
      return Long.parseUnsignedLong(text);
    } catch (NumberFormatException malformed) {
      throw new ApiException(
          400, "invalid " + kind + " version '" + text + "': give the number in Version.Index");
    }
  }

  /**
   * A whole number of the query, 0 if it is absent.
   *
   * @throws ApiException 400 if it is none
   */
  long count(String parameter) {
    String text = query().get(parameter, "");
    try {
      return text.isEmpty() ? 0 : Long.parseLong(text);
    } catch (NumberFormatException malformed) {
      throw new ApiException(
          400, "invalid value '" + text + "' for " + parameter + ": give a whole number");
    }
  }

  Filters filters(String... known) {
    return Filters.parse(query().get("filters", ""), known);
  }
}
