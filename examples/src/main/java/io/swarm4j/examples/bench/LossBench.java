package io.swarm4j.examples.bench;

import io.swarm4j.Convergence;
import io.swarm4j.Swarm;
import io.swarm4j.examples.apps.SampleImages;
import io.swarm4j.examples.bench.SteadyLoad.Kind;
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
import java.util.Locale;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Requests that fail while services of three replicas are updated, rolled back, drained and scaled
 * under steady load, on kept and on new connections. Ten services go through it at a time, every
 * other one start-first; each sample is therefore ten runs. What was lost is told at once, and how.
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
  private volatile String event = "start";
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
        List<Measurement> all = new ArrayList<>();
        all.addAll(
            bench.measure("update", samples, () -> bench.image("swarm4j/payroll:2"), () -> {}));
        all.addAll(
            bench.measure(
                "rollback",
                samples,
                () -> bench.each(name -> swarm.services().rollback(name)),
                () -> {}));
        all.addAll(bench.measure("drain", samples, bench::drain, bench::activate));
        all.addAll(bench.measure("scale", samples, () -> bench.scale(5), bench::shrink));
        return all;
      } finally {
        bench.loads.forEach(SteadyLoad::close);
      }
    }
  }

  private void create() {
    swarm.nodes().availability("m1", Availability.DRAIN); // or all tasks end up there
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
      InetSocketAddress server = new InetSocketAddress(manager, FIRST_PORT + i);
      loads.add(SteadyLoad.start(server, what -> System.err.println(event + ": " + what)));
    }
  }

  private List<Measurement> measure(String what, int samples, Change change, Change back) {
    event = what;
    List<Tally> tallies = Stream.of(Kind.values()).map(Tally::new).toList();
    for (int i = 1; i <= samples; i++) {
      long begin = System.nanoTime();
      change.run();
      awaitAll();
      back.run();
      awaitAll();
      System.err.printf(
          Locale.ROOT,
          "loss: %s, %d of %d runs, lost so far: %s; %.1f s%n",
          what,
          i * SERVICES,
          samples * SERVICES,
          tallies,
          (System.nanoTime() - begin) / 1e9);
    }
    return tallies.stream().map(tally -> tally.measurement(what, samples * SERVICES)).toList();
  }

  /** What became of the requests of one kind since an event began. */
  private final class Tally {
    private final Kind kind;
    private final long answeredBefore;
    private final long lostBefore;

    Tally(Kind kind) {
      this.kind = kind;
      this.answeredBefore = answered(kind);
      this.lostBefore = lost(kind);
    }

    Measurement measurement(String what, int runs) {
      String name =
          String.format(
              Locale.ROOT,
              "loss: %s, %d runs, %,d requests, %s connections",
              what,
              runs,
              answered(kind) - answeredBefore,
              kind.name().toLowerCase(Locale.ROOT));
      double[] sum = {lost(kind) - lostBefore};
      return new Measurement(name, "lost", sum, false, 0, "");
    }

    @Override
    public String toString() {
      return lost(kind) - lostBefore + " on " + kind.name().toLowerCase(Locale.ROOT);
    }
  }

  private long answered(Kind kind) {
    return loads.stream().mapToLong(load -> load.answered(kind)).sum();
  }

  private long lost(Kind kind) {
    return loads.stream().mapToLong(load -> load.lost(kind)).sum();
  }

  private void each(Consumer<String> change) {
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

  /** To one task and back, so that connections which are kept are on tasks that end, too. */
  private void shrink() {
    scale(1);
    awaitAll();
    scale(REPLICAS);
  }

  private void drain() {
    swarm.nodes().availability(WORKERS.get(drained % WORKERS.size()), Availability.DRAIN);
  }

  private void activate() {
    swarm.nodes().availability(WORKERS.get(drained++ % WORKERS.size()), Availability.ACTIVE);
  }

  /** Until what shall run does, and what shall not has ended. */
  private void awaitAll() {
    for (String name : names) {
      Convergence outcome = swarm.services().await(name, LONG);
      if (!outcome.isConverged()) {
        throw new IllegalStateException(name + " did not converge: " + outcome);
      }
    }
    boolean ended =
        swarm.await(
            view ->
                view.services().stream()
                    .flatMap(service -> view.tasksOf(service.id()).stream())
                    .allMatch(task -> task.isDesiredAlive() || task.state().isTerminal()),
            LONG);
    if (!ended) {
      throw new IllegalStateException("tasks that shall end go on");
    }
  }
}
