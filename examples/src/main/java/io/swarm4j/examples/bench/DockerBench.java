package io.swarm4j.examples.bench;

import com.sun.management.OperatingSystemMXBean;
import io.swarm4j.Swarm;
import io.swarm4j.examples.TestBed;
import io.swarm4j.model.ContainerSpec;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.TaskSpec;
import io.swarm4j.model.UpdatePolicy;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Containers on one Docker Engine, asked for by Docker's own swarm mode with its command line and
 * by this engine, in turn; the figures are ours divided by the reference's.
 *
 * <p>A step ends when every container runs, or is gone. The reference is asked for that with {@code
 * docker service ls} all the time, one call of which takes about 30 ms.
 */
final class DockerBench {
  private static final Duration LIMIT = Duration.ofMinutes(3);

  /**
   * A name under which a pull is refused at once: the reference asks the registry before each task.
   */
  private static final String IMAGE = "127.0.0.1:1/customer";

  private static final int[] SIZES = {1, 20, 50};
  private static final int MANY = 100;
  private static final Duration IDLE = Duration.ofSeconds(20);

  private DockerBench() {}

  static List<Measurement> run(int samples) {
    try (TestBed bed = TestBed.up(1)) {
      Reference reference = new Reference(bed);
      reference.start();
      List<Measurement> all = new ArrayList<>();
      try (Swarm swarm =
          Swarm.builder()
              .name("docker-bench")
              .addresses(bed.addresses())
              .runtime(bed.runtimes("docker-bench"))
              .start()) {
        Ours ours = new Ours(swarm);
        round(1, reference, ours, new LinkedHashMap<>()); // warms up both
        for (int size : SIZES) {
          Map<String, double[][]> times = new LinkedHashMap<>();
          for (int i = 0; i < Math.max(1, size == 1 ? samples : samples / 2); i++) {
            Map<String, double[]> one = new LinkedHashMap<>();
            round(size, reference, ours, one);
            one.forEach((step, pair) -> append(times, step, pair));
          }
          times.forEach((step, pairs) -> all.add(ratio(step, size, pairs)));
        }
        all.add(overhead(ours));
      }
      return all;
    }
  }

  private static void append(Map<String, double[][]> times, String step, double[] pair) {
    double[][] before = times.getOrDefault(step, new double[0][]);
    double[][] after = java.util.Arrays.copyOf(before, before.length + 1);
    after[before.length] = pair;
    times.put(step, after);
  }

  private static Measurement ratio(String step, int size, double[][] pairs) {
    double[] ratios = new double[pairs.length];
    double reference = 0;
    for (int i = 0; i < pairs.length; i++) {
      ratios[i] = pairs[i][1] / pairs[i][0];
      reference += pairs[i][0] / pairs.length;
    }
    return new Measurement(
        "docker: " + step + " " + size,
        "x of the reference",
        ratios,
        false,
        size == 1 ? 0.5 : 0.8,
        String.format(java.util.Locale.ROOT, "%.0f ms on average", reference));
  }

  private static void round(int size, Side reference, Side ours, Map<String, double[]> times) {
    times.put("create", pair(() -> reference.create(size), () -> ours.create(size)));
    times.put("update", pair(() -> reference.update(size), () -> ours.update(size)));
    if (size > 1) {
      times.put("scale down to 1", pair(() -> reference.scale(1), () -> ours.scale(1)));
    }
    times.put("remove", pair(reference::remove, ours::remove));
  }

  private static double[] pair(Runnable reference, Runnable ours) {
    return new double[] {millis(reference), millis(ours)};
  }

  private static double millis(Runnable step) {
    long begin = System.nanoTime();
    step.run();
    return (System.nanoTime() - begin) / 1e6;
  }

  /** CPU time of this whole JVM beside many containers that do nothing. */
  private static Measurement overhead(Side ours) {
    ours.create(MANY);
    OperatingSystemMXBean system =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    double[] percent = new double[3];
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
    ours.remove();
    return new Measurement(
        "docker: idle beside " + MANY + " containers", "% of a core", percent, false, 1, "");
  }

  /** One of the two that are compared. */
  private interface Side {
    void create(int replicas);

    void update(int replicas);

    void scale(int replicas);

    void remove();
  }

  /** Docker's own swarm mode. */
  private record Reference(TestBed bed) implements Side {
    private static final String NAME = "reference";

    void start() {
      bed.docker(0, "tag", "swarm4j/customer", IMAGE);
      bed.docker(0, "swarm", "init", "--advertise-addr", "lo");
    }

    @Override
    public void create(int replicas) {
      bed.docker(
          0,
          ("service create -d --no-resolve-image --update-parallelism 0 --update-monitor 1ms --name "
                  + NAME
                  + " --replicas "
                  + replicas
                  + " "
                  + IMAGE)
              .split(" "));
      awaitRunning(replicas);
    }

    private void awaitRunning(int replicas) {
      String wanted = replicas + "/" + replicas;
      while (!bed.docker(0, "service", "ls", "--format", "{{.Replicas}}").equals(wanted)) {
        Thread.onSpinWait();
      }
    }

    @Override
    public void update(int replicas) {
      bed.docker(0, "service", "update", "-d", "--no-resolve-image", "--env-add", "A=b", NAME);
      while (!bed.docker(0, "service", "inspect", "-f", "{{.UpdateStatus.State}}", NAME)
          .equals("completed")) {
        Thread.onSpinWait();
      }
    }

    @Override
    public void scale(int replicas) {
      bed.docker(0, "service", "scale", "-d", NAME + "=" + replicas);
      awaitContainers(replicas);
    }

    @Override
    public void remove() {
      bed.docker(0, "service", "rm", NAME);
      awaitContainers(0);
    }

    private void awaitContainers(int count) {
      while (bed.docker(0, "ps", "-q", "--filter", "label=com.docker.swarm.service.name=" + NAME)
              .lines()
              .count()
          != count) {
        Thread.onSpinWait();
      }
    }
  }

  /** This engine. */
  private record Ours(Swarm swarm) implements Side {
    private static final String NAME = "ours";

    @Override
    public void create(int replicas) {
      swarm
          .services()
          .create(
              ServiceSpec.of(NAME, IMAGE)
                  .withReplicas(replicas)
                  .withUpdate(UpdatePolicy.DEFAULT.withParallelism(0)));
      swarm.services().await(NAME, LIMIT);
    }

    @Override
    public void update(int replicas) {
      swarm
          .services()
          .update(
              NAME,
              spec -> {
                TaskSpec task = spec.task();
                ContainerSpec container = task.container().withEnv(Map.of("A", "b"));
                return spec.withTask(task.withContainer(container));
              });
      swarm.await(view -> isUpdated(view, replicas), LIMIT);
    }

    private static boolean isUpdated(io.swarm4j.store.View view, int replicas) {
      var service = view.serviceNamed(NAME);
      return service != null
          && view.tasksOf(service.id()).stream()
                  .filter(task -> task.specVersion() == service.specVersion())
                  .filter(task -> task.state() == io.swarm4j.model.TaskState.RUNNING)
                  .count()
              == replicas;
    }

    /** Tasks that have not ended; the history of slots does not count. */
    private static long present(io.swarm4j.store.View view) {
      return view.tasks().stream().filter(task -> !task.state().isTerminal()).count();
    }

    @Override
    public void scale(int replicas) {
      swarm.services().scale(NAME, replicas);
      swarm.await(view -> present(view) == replicas, LIMIT);
    }

    @Override
    public void remove() {
      swarm.services().remove(NAME);
      swarm.await(view -> present(view) == 0, LIMIT);
    }
  }
}
