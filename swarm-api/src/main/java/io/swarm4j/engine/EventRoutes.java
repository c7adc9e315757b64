package io.swarm4j.engine;

import io.swarm4j.engine.http.Response;
import io.swarm4j.engine.http.Sink;
import io.swarm4j.engine.json.EventJson;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** {@code /events}. */
final class EventRoutes {
  private static final String[] FILTERS = {
    "config",
    "container",
    "daemon",
    "event",
    "image",
    "label",
    "network",
    "node",
    "plugin",
    "scope",
    "secret",
    "service",
    "type",
    "volume"
  };

  private final Access access;
  private final PerSwarm<EventHub> hub;

  EventRoutes(Access access, PerSwarm<EventHub> hub) {
    this.access = access;
    this.hub = hub;
  }

  void addTo(Routes routes) {
    routes.get("/events", this::events);
  }

  private Response events(Call call) {
    var time = access.member().time();
    Filters filters = call.filters(FILTERS);
    Instant since = Timestamps.parse(call.query().get("since"), "since");
    Instant until = Timestamps.parse(call.query().get("until"), "until");
    Predicate<EventJson> wanted =
        event -> matches(event, filters) && (until == null || !event.at().isAfter(until));
    boolean over = until != null && !until.isAfter(time.now());
    return new Response.Streamed(
        200,
        Map.of("Content-Type", "application/json"),
        sink -> {
          if (over) {
            hub.get().replay(wanted, since, sink);
            addEngine(call, sink, sink::end);
          } else {
            hub.get().listen(wanted, since, sink);
            endAt(until, time.now(), sink);
            addEngine(call, sink, () -> {});
          }
        });
  }

  /**
   * Those of the node's engine, too; the swarm's go on if it is gone.
   *
   * @param ended called when it has told all
   */
  private void addEngine(Call call, Sink sink, Runnable ended) {
    LocalEngine engine = access.engine();
    if (engine == null) {
      ended.run();
    } else {
      engine.events(call, sink).whenComplete((told, silent) -> ended.run());
    }
  }

  private void endAt(@Nullable Instant until, Instant now, Sink sink) {
    if (until != null) {
      sink.endAfter(Duration.between(now, until));
    }
  }

  private static boolean matches(EventJson event, Filters filters) {
    return filters.is("type", event.type())
        && filters.is("event", event.action())
        && filters.is("scope", "swarm")
        && filters.labels("label", event.attributes())
        && isFor(event, filters);
  }

  /** Filters such as {@code service=web} concern events of that type only, and exclude others. */
  private static boolean isFor(EventJson event, Filters filters) {
    boolean asked = false;
    for (String type : new String[] {"service", "node", "network", "secret", "config"}) {
      if (filters.has(type)) {
        asked = true;
        String name = event.attributes().getOrDefault("name", "");
        if (event.type().equals(type)
            && filters.any(type, wanted -> wanted.equals(name) || event.id().startsWith(wanted))) {
          return true;
        }
      }
    }
    return !asked
        && !filters.has("container")
        && !filters.has("image")
        && !filters.has("volume")
        && !filters.has("plugin")
        && !filters.has("daemon");
  }
}
