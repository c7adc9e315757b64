package io.swarm4j.examples.bench;

import io.swarm4j.examples.apps.HttpGet;
import io.swarm4j.examples.apps.KeptConnection;
import io.swarm4j.examples.apps.Reply;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Two clients that call without end, one on connections that it keeps for a hundred requests, so
 * that none stays on one task for ever; one on a new connection each time. Nothing is tried twice.
 */
final class SteadyLoad implements AutoCloseable {
  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final long PAUSE_NANOS = 5_000_000;
  private static final int REQUESTS_PER_CONNECTION = 100;

  private final InetSocketAddress server;
  private final Consumer<String> onLoss;
  private final LongAdder[] answered = counters();
  private final LongAdder[] lost = counters();
  private volatile boolean ended;

  /** How a client connects. */
  enum Kind {
    KEPT,
    NEW
  }

  /** One request. */
  private interface Call {
    Reply get() throws IOException;
  }

  /** Requests on a connection that is replaced by its client when it has answered enough. */
  private static final class RenewedConnection implements Call {
    private final KeptConnection kept;
    private int asked;

    RenewedConnection(InetSocketAddress server) {
      this.kept = new KeptConnection(server, TIMEOUT);
    }

    @Override
    public Reply get() throws IOException {
      if (asked++ % REQUESTS_PER_CONNECTION == 0) {
        kept.close();
      }
      return kept.get("/");
    }
  }

  private SteadyLoad(InetSocketAddress server, Consumer<String> onLoss) {
    this.server = server;
    this.onLoss = onLoss;
  }

  /**
   * Starts to call.
   *
   * @param onLoss is told of each request that failed, and how; called by any thread
   */
  static SteadyLoad start(InetSocketAddress server, Consumer<String> onLoss) {
    SteadyLoad load = new SteadyLoad(server, onLoss);
    load.client(Kind.KEPT, new RenewedConnection(server));
    load.client(Kind.NEW, () -> HttpGet.of(server, "/", TIMEOUT));
    return load;
  }

  /** One for each kind. */
  private static LongAdder[] counters() {
    return Stream.generate(LongAdder::new).limit(Kind.values().length).toArray(LongAdder[]::new);
  }

  private void client(Kind kind, Call call) {
    String name = "bench-" + kind.name().toLowerCase(Locale.ROOT);
    Thread thread = new Thread(() -> run(kind, call), name);
    thread.setDaemon(true);
    thread.start();
  }

  private void run(Kind kind, Call call) {
    long last = System.nanoTime();
    while (!ended) {
      long asked = System.nanoTime();
      try {
        Reply reply = call.get();
        if (reply.isOk()) {
          answered[kind.ordinal()].increment();
        } else {
          loss(kind, "answered " + reply.status(), asked, last);
        }
      } catch (IOException failure) {
        loss(kind, failure.toString(), asked, last);
      }
      last = System.nanoTime();
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  private void loss(Kind kind, String what, long asked, long last) {
    lost[kind.ordinal()].increment();
    long now = System.nanoTime();
    onLoss.accept(
        String.format(
            Locale.ROOT,
            "%s connection to port %d: %s after %.1f ms, asked %.1f ms after the last answer",
            kind.name().toLowerCase(Locale.ROOT),
            server.getPort(),
            what,
            (now - asked) / 1e6,
            (asked - last) / 1e6));
  }

  long answered(Kind kind) {
    return answered[kind.ordinal()].sum();
  }

  long lost(Kind kind) {
    return lost[kind.ordinal()].sum();
  }

  @Override
  public void close() {
    ended = true;
  }
}
