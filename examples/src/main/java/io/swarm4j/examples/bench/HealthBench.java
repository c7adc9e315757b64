package io.swarm4j.examples.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.swarm4j.Swarm;
import io.swarm4j.agent.jvm.JvmTask;
import io.swarm4j.model.EndpointSpec;
import io.swarm4j.model.HealthCheck;
import io.swarm4j.model.HealthCheck.Probe;
import io.swarm4j.model.PortSpec;
import io.swarm4j.model.Probes;
import io.swarm4j.model.ServiceSpec;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * How long after a task has said that it is not ready it still gets a new connection, at any of
 * three nodes, each of which is asked a thousand times a second.
 */
final class HealthBench implements AutoCloseable {
  private static final int PORT = 7000;
  private static final int REPLICAS = 3;
  private static final int PER_SAMPLE = 5;
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final Duration QUIET = Duration.ofMillis(500);
  private static final Duration PAUSE = Duration.ofNanos(500_000);
  private static final String VICTIM = "web.1";

  private final Map<String, JvmTask> tasks = new ConcurrentHashMap<>();
  private final AtomicLong lastAnswer = new AtomicLong();
  private final List<Thread> clients = new ArrayList<>();
  private final Swarm swarm =
      Swarm.builder()
          .name("bench")
          .workers(2)
          .image("name", this::serve, image -> image.expose(PORT))
          .start();
  private volatile boolean ended;

  private HealthBench() {}

  static List<Measurement> run(int samples) {
    try (HealthBench bench = new HealthBench()) {
      bench.start();
      double[] millis = new double[samples * PER_SAMPLE];
      bench.sample();
      for (int i = 0; i < millis.length; i++) {
        millis[i] = bench.sample();
      }
      return List.of(
          new Measurement(
              "health: change to last new connection", "ms, 3 nodes", millis, false, 50, ""));
    }
  }

  private void serve(JvmTask task) throws IOException, InterruptedException {
    tasks.put(task.name(), task);
    task.serve(PORT, client -> client.getOutputStream().write(task.name().getBytes(UTF_8)));
    task.awaitStop();
  }

  private void start() {
    HealthCheck ready =
        new HealthCheck(
            new Probe.Callback(JvmTask.SELF), Duration.ofMillis(5), null, 1, null, null);
    ServiceSpec spec = ServiceSpec.of("web", "name");
    swarm
        .services()
        .create(
            spec.withReplicas(REPLICAS)
                .withTask(
                    spec.task()
                        .withContainer(
                            spec.task().container().withProbes(new Probes(null, ready, null))))
                .withEndpoint(EndpointSpec.publish(PortSpec.ingress(PORT, PORT))));
    swarm.services().await("web", LONG);
    for (String node : swarm.nodeAddresses().values()) {
      Thread client = new Thread(() -> ask(node), "bench-client");
      client.setDaemon(true);
      client.start();
      clients.add(client);
    }
  }

  private void awaitReady() {
    boolean ready = swarm.await(view -> swarm.services().health("web").ready() == REPLICAS, LONG);
    if (!ready) {
      throw new IllegalStateException("not ready: " + swarm.services().health("web"));
    }
  }

  private void ask(String node) {
    while (!ended) {
      try (Socket client = new Socket(node, PORT)) {
        if (new String(client.getInputStream().readAllBytes(), UTF_8).equals(VICTIM)) {
          lastAnswer.set(System.nanoTime());
        }
      } catch (IOException failed) {
        System.err.println("bench health: a request failed: " + failed);
      }
      LockSupport.parkNanos(PAUSE.toNanos());
    }
  }

  private double sample() {
    awaitReady();
    LockSupport.parkNanos(QUIET.toNanos());
    long start = System.nanoTime();
    JvmTask victim = Objects.requireNonNull(tasks.get(VICTIM), "the task runs");
    victim.unhealthy("a drill");
    LockSupport.parkNanos(QUIET.toNanos());
    long last = lastAnswer.get();
    victim.healthy();
    if (System.nanoTime() - last < QUIET.toNanos() / 2) {
      throw new IllegalStateException("it was never withdrawn");
    }
    return Math.max(0, last - start) / 1e6;
  }

  @Override
  public void close() {
    ended = true;
    swarm.close();
  }
}
