package io.swarm4j.examples.bench;

import io.swarm4j.Convergence;
import io.swarm4j.Swarm;
import io.swarm4j.examples.apps.SampleImages;
import io.swarm4j.model.EndpointSpec;
import io.swarm4j.model.Node.Availability;
import io.swarm4j.model.PortSpec;
import io.swarm4j.model.RestartPolicy;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.UpdatePolicy;
import io.swarm4j.model.UpdatePolicy.UpdateOrder;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Requests that fail while services of three replicas are updated, rolled back, drained and scaled
 * under steady load, on kept and on new connections. Ten services go through it at a time, every
 * other one start-first; each sample is therefore ten runs.
 */
final class LossBench {
  private static final int SERVICES = 10;
  private static final int REPLICAS = 3;
  private static final int FIRST_PORT = 9001;
  private static final int TARGET = 3000;
  private static final Duration LONG = Duration.ofMinutes(2);
  private static final List<String> WORKERS = List.of("w1", "w2", "w3");

  private final Swarm swarm;
  private final List<String> names = new ArrayList<>();
  private final List<SteadyLoad> loads = new ArrayList<>();
  private int drained;

  private LossBench(Swarm swarm) {
    this.swarm = swarm;
  }

  /** A thing that is done to all services; it returns once they have converged. */
  private interface Change {
    void run();
  }

  static List<Measurement> run(int samples) {
    try (Swarm swarm =
        Swarm.builder()
            .name("bench")
            .managers(1)
            .workers(WORKERS.size())
            .images(SampleImages.all())
            .start()) {
      LossBench bench = new LossBench(swarm);
      bench.create();
      try {
        return List.of(
            bench.measure("update", samples, () -> bench.image("swarm4j/payroll:2"), () -> {}),
            bench.measure(
                "rollback",
                samples,
                () -> bench.each(name -> swarm.services().rollback(name)),
                () -> {}),
            bench.measure("drain", samples, bench::drain, bench::activate),
            bench.measure("scale", samples, () -> bench.scale(5), () -> bench.scale(REPLICAS)));
      } finally {
        bench.loads.forEach(SteadyLoad::close);
      }
    }
  }

  private void create() {
    for (int i = 0; i < SERVICES; i++) {
      String name = "pay" + i;
      UpdatePolicy policy =
          UpdatePolicy.builder()
              .monitor(Duration.ofMillis(200))
              .order(i % 2 == 0 ? UpdateOrder.STOP_FIRST : UpdateOrder.START_FIRST)
              .build();
      ServiceSpec spec = ServiceSpec.of(name, "swarm4j/payroll:1");
      RestartPolicy soon = RestartPolicy.builder().delay(Duration.ofMillis(100)).build();
      swarm
          .services()
          .create(
              spec.withReplicas(REPLICAS)
                  .withUpdate(policy)
                  .withRollback(policy)
                  .withTask(spec.task().withRestart(soon))
                  .withEndpoint(EndpointSpec.publish(PortSpec.ingress(FIRST_PORT + i, TARGET))));
      names.add(name);
    }
    awaitAll();
    String manager = swarm.nodeAddresses().get("m1");
    for (int i = 0; i < SERVICES; i++) {
      loads.add(SteadyLoad.start(new InetSocketAddress(manager, FIRST_PORT + i)));
    }
  }

  private Measurement measure(String what, int samples, Change change, Change back) {
    double[] lost = new double[samples];
    long before = loads.stream().mapToLong(SteadyLoad::answered).sum();
    for (int i = 0; i < samples; i++) {
      long lostBefore = loads.stream().mapToLong(SteadyLoad::lost).sum();
      change.run();
      awaitAll();
      back.run();
      awaitAll();
      lost[i] = loads.stream().mapToLong(SteadyLoad::lost).sum() - lostBefore;
    }
    long answered = loads.stream().mapToLong(SteadyLoad::answered).sum() - before;
    loads.stream()
        .map(SteadyLoad::firstLoss)
        .filter(loss -> !loss.isEmpty())
        .limit(1)
        .forEach(loss -> System.err.println("first loss: " + loss));
    String name =
        "loss: " + what + ", " + samples * SERVICES + " runs, " + answered + " requests answered";
    return new Measurement(name, "lost", lost, false, 0, "");
  }

  private void each(java.util.function.Consumer<String> change) {
    names.forEach(change);
  }

  private void image(String image) {
    each(
        name ->
            swarm
                .services()
                .update(
                    name,
                    spec ->
                        spec.withTask(
                            spec.task()
                                .withForceUpdate(spec.task().forceUpdate() + 1)
                                .withContainer(spec.task().container().withImage(image)))));
  }

  private void scale(int replicas) {
    each(name -> swarm.services().scale(name, replicas));
  }

  private void drain() {
    swarm.nodes().availability(WORKERS.get(drained % WORKERS.size()), Availability.DRAIN);
  }

  private void activate() {
    swarm.nodes().availability(WORKERS.get(drained++ % WORKERS.size()), Availability.ACTIVE);
  }

  private void awaitAll() {
    for (String name : names) {
      Convergence outcome = swarm.services().await(name, LONG);
      if (!outcome.isConverged()) {
        throw new IllegalStateException(name + " did not converge: " + outcome);
      }
    }
  }
}
