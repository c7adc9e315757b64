package io.swarm4j.examples.bench;

import io.swarm4j.examples.apps.HttpGet;
import io.swarm4j.examples.apps.KeptConnection;
import io.swarm4j.examples.apps.Reply;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/**
 * Two clients that call without end, one on connections that it keeps, one on a new connection each
 * time. Nothing is tried twice.
 */
final class SteadyLoad implements AutoCloseable {
  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final long PAUSE_NANOS = 5_000_000;

  private final InetSocketAddress server;
  private final AtomicLong answered = new AtomicLong();
  private final AtomicLong lost = new AtomicLong();
  private final AtomicReference<String> firstLoss = new AtomicReference<>("");
  private final List<Thread> clients;
  private volatile boolean ended;

  /** One request. */
  private interface Call {
    Reply get() throws IOException;
  }

  private SteadyLoad(InetSocketAddress server) {
    this.server = server;
    KeptConnection kept = new KeptConnection(server, TIMEOUT);
    this.clients =
        List.of(
            new Thread(() -> call("kept", () -> kept.get("/")), "bench-kept"),
            new Thread(() -> call("new", () -> HttpGet.of(server, "/", TIMEOUT)), "bench-new"));
  }

  static SteadyLoad start(InetSocketAddress server) {
    SteadyLoad load = new SteadyLoad(server);
    for (Thread client : load.clients) {
      client.setDaemon(true);
      client.start();
    }
    return load;
  }

  private void call(String kind, Call call) {
    while (!ended) {
      try {
        Reply reply = call.get();
        if (reply.isOk()) {
          answered.incrementAndGet();
        } else {
          loss(kind + ": " + server + " answered " + reply.status());
        }
      } catch (IOException failure) {
        loss(kind + ": " + server + ": " + failure);
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  private void loss(String what) {
    lost.incrementAndGet();
    firstLoss.compareAndSet("", what);
  }

  long answered() {
    return answered.get();
  }

  long lost() {
    return lost.get();
  }

  /** The first request that failed, and how; empty if none has. */
  String firstLoss() {
    return Objects.requireNonNullElse(firstLoss.get(), "");
  }

  @Override
  public void close() {
    ended = true;
  }
}
