package io.swarm4j.examples.check;

import io.swarm4j.examples.apps.HttpGet;
import io.swarm4j.examples.apps.Reply;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/** Clients that call without pause until closed, and count the answers. */
final class Traffic implements AutoCloseable {
  private static final int CLIENTS = 4;
  private static final Duration TIMEOUT = Duration.ofSeconds(5);

  private final List<InetSocketAddress> servers;
  private final String path;
  private final List<Thread> clients = new ArrayList<>();
  private final AtomicInteger answered = new AtomicInteger();
  private final AtomicInteger lost = new AtomicInteger();
  private final AtomicReference<String> firstLoss = new AtomicReference<>("");
  private volatile boolean ended;

  private Traffic(List<InetSocketAddress> servers, String path) {
    this.servers = servers;
    this.path = path;
  }

  /** Starts to call {@code path} of each of {@code servers} in turn. */
  static Traffic start(List<InetSocketAddress> servers, String path) {
    Traffic traffic = new Traffic(servers, path);
    for (int i = 0; i < CLIENTS; i++) {
      int first = i;
      Thread client = new Thread(() -> traffic.call(first), "examples-client-" + i);
      client.setDaemon(true);
      traffic.clients.add(client);
      client.start();
    }
    return traffic;
  }

  private void call(int first) {
    for (int i = first; !ended; i++) {
      InetSocketAddress server = servers.get(i % servers.size());
      try {
        Reply reply = HttpGet.of(server, path, TIMEOUT);
        if (reply.isOk()) {
          answered.incrementAndGet();
        } else {
          loss(server + " answered " + reply.status() + " " + reply.body().strip());
        }
      } catch (IOException failure) {
        loss(server + ": " + failure);
      }
    }
  }

  private void loss(String what) {
    lost.incrementAndGet();
    firstLoss.compareAndSet("", what);
  }

  /** Ends the calls; none may be lost. */
  String requireNoLoss() {
    close();
    int calls = answered.get() + lost.get();
    Checklist.expect(
        lost.get() == 0 && calls > 0,
        "no loss",
        lost.get() + " of " + calls + " requests lost, the first: " + firstLoss.get());
    return calls + " requests, none lost";
  }

  @Override
  public void close() {
    ended = true;
    for (Thread client : clients) {
      try {
        client.join();
      } catch (InterruptedException stop) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }
}
