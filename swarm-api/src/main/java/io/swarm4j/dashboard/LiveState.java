package io.swarm4j.dashboard;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.swarm4j.Swarm;
import io.swarm4j.engine.http.Sink;
import io.swarm4j.engine.json.Json;
import io.swarm4j.store.Change;
import io.swarm4j.store.ChangeFeed;
import io.swarm4j.store.Commit;
import io.swarm4j.store.View;
import java.util.List;

/**
 * The state of the swarm as a stream of server-sent events: all of it first, then what changes. A
 * page that does not keep up is cut off; it connects again, and starts with all of it.
 */
final class LiveState implements ChangeFeed.Listener {
  private static final long MOST_PENDING = 8 << 20;

  private final Sink sink;

  private LiveState(Sink sink) {
    this.sink = sink;
  }

  static void start(Swarm swarm, Sink sink) {
    View view = swarm.view();
    LiveState live = new LiveState(sink);
    live.send("snapshot", StateJson.all(view));
    AutoCloseable watch = swarm.watch(view.revision(), change -> true, live);
    sink.whenEnded(() -> close(watch));
  }

  private static void close(AutoCloseable watch) {
    try {
      watch.close();
    } catch (Exception failed) {
      throw new IllegalStateException("a watch could not be ended", failed);
    }
  }

  @Override
  public void changed(Commit commit, List<Change> changes) {
    ArrayNode list = Json.array();
    for (Change change : changes) {
      JsonNode json = StateJson.change(change, commit.after());
      if (json != null) {
        list.add(json);
      }
    }
    if (!list.isEmpty()) {
      send("changes", list);
    }
  }

  @Override
  public void lost(long revision) {
    sink.abort();
  }

  private void send(String event, JsonNode data) {
    String text = new String(Json.bytes(data), UTF_8).strip(); // JSON of one line
    if (!sink.write(("event: " + event + "\ndata: " + text + "\n\n").getBytes(UTF_8))
        && sink.pending() > MOST_PENDING) {
      sink.abort();
    }
  }
}
