package io.swarm4j.dashboard;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.swarm4j.Swarm;
import io.swarm4j.engine.http.Request;
import io.swarm4j.engine.http.Response;
import io.swarm4j.engine.json.Json;
import io.swarm4j.model.NotFoundException;
import io.swarm4j.model.Task;
import io.swarm4j.store.View;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;

/**
 * Serves the page, its parts and its data. All addresses in it are relative, so that it works
 * behind any path prefix; it loads nothing from elsewhere, and changes nothing.
 *
 * <p>Thread-safe.
 */
public final class Dashboard implements AutoCloseable {
  private static final Map<String, String> PARTS =
      Map.of(
          "index.html", "text/html; charset=utf-8",
          "app.js", "text/javascript; charset=utf-8",
          "style.css", "text/css; charset=utf-8");

  private final Swarm swarm;
  private final Timelines timelines;

  /** The dashboard of a swarm; follows its tasks from now on. */
  public Dashboard(Swarm swarm) {
    this.swarm = swarm;
    this.timelines = new Timelines(swarm);
  }

  /**
   * Answers a request.
   *
   * @param request its path is relative to the dashboard
   */
  public Response answer(Request request) {
    if (!request.method().equals("GET")) {
      return page(405, "the dashboard is read-only");
    }
    List<String> path = request.segments();
    if (path.isEmpty()) {
      // Relative links need the slash; the answer keeps whatever prefix a proxy has put in front.
      return request.isFolder()
          ? part("index.html")
          : Response.empty(307).withHeader("Location", "dashboard/");
    } else if (path.size() == 1 && PARTS.containsKey(path.get(0))) {
      return part(path.get(0));
    } else if (path.equals(List.of("stream"))) {
      return new Response.Streamed(
          200,
          Map.of("Content-Type", "text/event-stream", "Cache-Control", "no-store"),
          sink -> LiveState.start(swarm, sink));
    } else if (path.size() == 2 && path.get(0).equals("tasks")) {
      return task(path.get(1));
    }
    return page(404, "page not found");
  }

  private Response task(String id) {
    View view = swarm.view();
    Task task;
    try {
      task = swarm.tasks().get(id);
    } catch (NotFoundException gone) {
      return page(404, gone.getMessage() == null ? "not found" : gone.getMessage());
    }
    ObjectNode node = StateJson.task(task, view);
    ArrayNode timeline = node.putArray("timeline");
    timelines.of(task).forEach(timeline::add);
    return Response.of(200, "application/json", Json.bytes(node));
  }

  private static Response part(String name) {
    String type = PARTS.get(name);
    try (InputStream in = Dashboard.class.getResourceAsStream(name)) {
      if (in == null || type == null) {
        throw new IllegalStateException("the library lacks its part " + name);
      }
      return Response.of(200, type, in.readAllBytes())
          .withHeader("Cache-Control", "no-cache")
          .withHeader("X-Content-Type-Options", "nosniff")
          .withHeader("Referrer-Policy", "no-referrer")
          .withHeader(
              "Content-Security-Policy",
              "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'");
    } catch (IOException broken) {
      throw new IllegalStateException("the library's part " + name + " can not be read", broken);
    }
  }

  private static Response page(int status, String text) {
    return Response.of(status, "text/plain; charset=utf-8", (text + "\n").getBytes(UTF_8));
  }

  @Override
  public void close() {
    timelines.close();
  }
}
