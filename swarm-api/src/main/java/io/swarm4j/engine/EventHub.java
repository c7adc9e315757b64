package io.swarm4j.engine;

import io.swarm4j.Swarm;
import io.swarm4j.engine.http.Sink;
import io.swarm4j.engine.json.EventJson;
import io.swarm4j.event.SwarmEvent;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Hands events to all who listen to them. Each event is written once, however many listen; a
 * listener that does not keep up is cut off, and notices.
 */
final class EventHub implements AutoCloseable {
  /** Kept for those who ask for the past, as many as the reference keeps. */
  private static final int KEPT = 256;

  private static final long MOST_PENDING = 1 << 20;

  private final AutoCloseable watch;
  private final ArrayDeque<EventJson> past = new ArrayDeque<>();
  private final List<Listener> listeners = new ArrayList<>();

  EventHub(Swarm swarm) {
    this.watch = swarm.watch(this::happened);
  }

  private record Listener(Predicate<EventJson> filter, Sink sink) {}

  private synchronized void happened(SwarmEvent event) {
    EventJson json = EventJson.of(event);
    if (json == null) {
      return;
    }
    past.addLast(json);
    if (past.size() > KEPT) {
      past.removeFirst();
    }
    byte[] line = null;
    for (Listener listener : listeners) {
      if (listener.filter().test(json)) {
        line = line == null ? json.line() : line;
        send(listener.sink(), line);
      }
    }
  }

  private static void send(Sink sink, byte[] line) {
    if (!sink.write(line) && sink.pending() > MOST_PENDING) {
      sink.abort();
    }
  }

  /**
   * Sends events until the client goes away or the stream ends.
   *
   * @param since the past from then on comes first; null for none of it
   */
  synchronized void listen(Predicate<EventJson> filter, @Nullable Instant since, Sink sink) {
    sendPast(filter, since, sink);
    Listener listener = new Listener(filter, sink);
    listeners.add(listener);
    sink.whenEnded(() -> remove(listener));
  }

  /** Sends what has happened since a time. */
  synchronized void replay(Predicate<EventJson> filter, @Nullable Instant since, Sink sink) {
    sendPast(filter, since, sink);
  }

  private void sendPast(Predicate<EventJson> filter, @Nullable Instant since, Sink sink) {
    if (since != null) {
      past.stream()
          .filter(event -> !event.at().isBefore(since))
          .filter(filter)
          .forEach(event -> send(sink, event.line()));
    }
  }

  private synchronized void remove(Listener listener) {
    listeners.remove(listener);
  }

  @Override
  public void close() throws Exception {
    watch.close();
  }
}
