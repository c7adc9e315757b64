package io.swarm4j.engine;

import io.swarm4j.engine.http.Request;
import io.swarm4j.engine.http.Response;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Which code answers which method and path. */
final class Routes {
  private final List<Route> routes = new ArrayList<>();

  /** Answers a request at once. */
  @FunctionalInterface
  interface Handler extends Function<Call, Response> {}

  /** Answers a request once the swarm has done what it asks for. */
  @FunctionalInterface
  interface AsyncHandler extends Function<Call, CompletionStage<Response>> {}

  /** A code, its method, and a path such as {@code /services/{id}/update}. */
  private record Route(String method, List<String> path, AsyncHandler handler) {

    @Nullable Map<String, String> match(Request request) {
      List<String> given = request.segments();
      // The last variable of a path may hold slashes, as references to images do.
      boolean open = path.size() > 1 && path.get(1).equals("{name...}");
      if (open ? given.size() < path.size() : given.size() != path.size()) {
        return null;
      }
      Map<String, String> variables = new HashMap<>();
      int extra = given.size() - path.size();
      int at = 0;
      for (String part : path) {
        if (part.equals("{name...}")) {
          variables.put("name", String.join("/", given.subList(at, at + 1 + extra)));
          at += 1 + extra;
          continue;
        }
        if (part.startsWith("{")) {
          variables.put(part.substring(1, part.length() - 1), given.get(at));
        } else if (!part.equals(given.get(at))) {
          return null;
        }
        at++;
      }
      return variables;
    }
  }

  Routes get(String path, Handler handler) {
    return later("GET", path, call -> CompletableFuture.completedFuture(handler.apply(call)));
  }

  Routes post(String path, Handler handler) {
    return later("POST", path, call -> CompletableFuture.completedFuture(handler.apply(call)));
  }

  Routes later(String method, String path, AsyncHandler handler) {
    routes.add(new Route(method, List.of(path.substring(1).split("/")), handler));
    return this;
  }

  /** Finds the code for a request and runs it; 404 or 405 if there is none. */
  CompletionStage<Response> answer(Request request, ApiVersion version) {
    boolean pathKnown = false;
    for (Route route : routes) {
      Map<String, String> variables = route.match(request);
      if (variables != null) {
        if (route.method().equals(request.method())) {
          return route.handler().apply(new Call(request, version, variables));
        }
        pathKnown = true;
      }
    }
    throw pathKnown
        ? new ApiException(405, request.method() + " is not possible on " + request.path())
        : new ApiException(404, "page not found");
  }
}
