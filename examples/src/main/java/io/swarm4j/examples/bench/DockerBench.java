package io.swarm4j.examples.bench;

import com.sun.management.OperatingSystemMXBean;
import io.swarm4j.Swarm;
import io.swarm4j.engine.EngineApi;
import io.swarm4j.examples.TestBed;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * Containers on one Docker Engine, asked for by the same commands of Docker's own swarm mode and of
 * this engine, in turn; the figures are ours divided by the reference's. A step begins with the
 * command and ends when every task runs, or its container is gone.
 */
final class DockerBench {
  private static final String BED_NAME = "docker-bench";

  /**
   * A name under which a pull is refused at once: the reference asks the registry before each task.
   */
  private static final String IMAGE = "127.0.0.1:1/customer";

  private static final int[] SIZES = {1, 20, 50};
  private static final int WARM_UP = 20;
  private static final int MANY = 100;
  private static final int IDLE_SAMPLES = 3;
  private static final Duration IDLE = Duration.ofSeconds(10);

  private DockerBench() {}

  static List<Measurement> run(int samples) {
    try (BenchFolder folder = BenchFolder.make();
        TestBed bed = TestBed.up(1);
        Swarm swarm =
            Swarm.builder()
                .name(BED_NAME)
                .addresses(bed.addresses())
                .runtime(bed.runtimes(BED_NAME))
                .start();
        EngineApi api =
            EngineApi.of(swarm, "m1").unixSocket(folder.path().resolve("m1.sock")).start();
        DockerSide reference = new DockerSide(bed.engine(0), bed.engine(0), "reference", IMAGE);
        DockerSide ours =
            new DockerSide(api.hosts().get(0).toString(), bed.engine(0), "ours", IMAGE);
        EngineAlone alone = new EngineAlone(bed.engine(0), IMAGE)) {
      bed.docker(0, "tag", "swarm4j/customer", IMAGE);
      bed.docker(0, "swarm", "init", "--advertise-addr", "lo");
      round(WARM_UP, reference, ours);
      List<Measurement> all = new ArrayList<>();
      for (int size : SIZES) {
        Map<String, List<Pair>> times = new LinkedHashMap<>();
        for (int i = 0; i < (size == 1 ? samples : Math.max(1, (samples + 1) / 2)); i++) {
          round(size, reference, ours)
              .forEach(
                  (step, pair) -> times.computeIfAbsent(step, s -> new ArrayList<>()).add(pair));
        }
        times.forEach((step, pairs) -> all.add(ratio(step, size, pairs)));
      }
      for (int size : SIZES) {
        all.add(besideTheEngineAlone(size, alone, ours, size == 1 ? samples : (samples + 1) / 2));
      }
      bed.docker(0, "swarm", "leave", "--force");
      all.addAll(idle(ours));
      return all;
    }
  }

  /** How long a step took both, in milliseconds. */
  private record Pair(double reference, double ours) {}

  private static Map<String, Pair> round(int size, DockerSide reference, DockerSide ours) {
    Map<String, Pair> times = new LinkedHashMap<>();
    times.put(
        "create", pair("create", size, () -> reference.create(size), () -> ours.create(size)));
    times.put(
        "update", pair("update", size, () -> reference.update(size), () -> ours.update(size)));
    int other = size == 1 ? 2 : 1;
    times.put(
        "scale to " + other,
        pair("scale", size, () -> reference.scale(other), () -> ours.scale(other)));
    times.put("remove", pair("remove", size, reference::remove, ours::remove));
    times.put(
        "all of it",
        new Pair(sum(times.values(), Pair::reference), sum(times.values(), Pair::ours)));
    return times;
  }

  private static double sum(Collection<Pair> pairs, ToDoubleFunction<Pair> side) {
    return pairs.stream().mapToDouble(side).sum();
  }

  private static Pair pair(String step, int size, Runnable reference, Runnable ours) {
    Pair pair = new Pair(millis(reference), millis(ours));
    System.err.printf(
        Locale.ROOT,
        "docker: %s %d: reference %.0f ms, ours %.0f ms%n",
        step,
        size,
        pair.reference,
        pair.ours);
    return pair;
  }

  private static double millis(Runnable step) {
    long begin = System.nanoTime();
    step.run();
    return (System.nanoTime() - begin) / 1e6;
  }

  private static Measurement ratio(String step, int size, List<Pair> pairs) {
    return new Measurement(
        "docker: " + size + " replicas, " + step,
        "x of the reference",
        pairs.stream().mapToDouble(pair -> pair.ours / pair.reference).toArray(),
        false,
        size == 1 ? 0.5 : 0.8,
        String.format(
            Locale.ROOT,
            "%.0f ms on average",
            pairs.stream().mapToDouble(Pair::reference).average().orElse(0)));
  }

  /** What orchestration adds to the engine's own work, which both sides have to wait for. */
  private static Measurement besideTheEngineAlone(
      int size, EngineAlone alone, DockerSide ours, int samples) {
    double[] ratios = new double[samples];
    for (int i = 0; i < samples; i++) {
      double bare = millis(() -> alone.create(size));
      alone.remove();
      ratios[i] = millis(() -> ours.create(size)) / bare;
      ours.remove();
    }
    return new Measurement(
        "docker: " + size + " replicas, create", "x of the engine alone", ratios, false, 1.25, "");
  }

  /** CPU time of this whole JVM, manager and agent, beside containers that do nothing. */
  private static List<Measurement> idle(DockerSide ours) {
    Measurement alone = idleBeside(0);
    ours.create(MANY);
    Measurement beside = idleBeside(MANY);
    ours.remove();
    return List.of(alone, beside);
  }

  private static Measurement idleBeside(int containers) {
    OperatingSystemMXBean system =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    double[] percent = new double[IDLE_SAMPLES];
    System.err.println("docker: idle beside " + containers + " containers");
    try {
      Thread.sleep(5_000); // what followed from the start is over
      for (int i = 0; i < percent.length; i++) {
        long before = system.getProcessCpuTime();
        Thread.sleep(IDLE.toMillis());
        percent[i] = 100.0 * (system.getProcessCpuTime() - before) / IDLE.toNanos();
      }
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
    }
    return new Measurement(
        "docker: idle beside " + containers + " containers", "% of a core", percent, false, 1, "");
  }
}
