package io.swarm4j.examples.bench;

import io.swarm4j.Swarm;
import io.swarm4j.event.SwarmEvent;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.TaskState;
import io.swarm4j.model.UpdatePolicy;
import io.swarm4j.sim.SimulatedRuntime;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A rolling update of 1,000 replicas, 50 at a time and without delay, over 100 nodes whose tasks
 * take no time: what is left is the engine's own share.
 */
final class UpdateBench {
  private static final int NODES = 100;
  private static final int TASKS = 1_000;
  private static final int PARALLELISM = 50;
  private static final int WARM_UP = 10;
  private static final Duration LONG = Duration.ofMinutes(1);

  private UpdateBench() {}

  static List<Measurement> run(int samples) {
    double[] wall = new double[samples];
    double[] cpu = new double[samples];
    try (Swarm swarm =
        Swarm.builder()
            .name("bench")
            .managers(1)
            .workers(NODES)
            .network(false)
            .runtime((node, time, loop) -> SimulatedRuntime.instant(loop, time.newChance()))
            .start()) {
      UpdatePolicy policy =
          UpdatePolicy.builder().parallelism(PARALLELISM).monitor(Duration.ofMillis(1)).build();
      swarm.services().create(ServiceSpec.of("web", "sim").withReplicas(TASKS).withUpdate(policy));
      swarm.services().await("web", LONG);
      for (int i = -WARM_UP; i < samples; i++) {
        long cpuBefore = cpu();
        double seconds = measure(swarm);
        if (i >= 0) {
          wall[i] = seconds * 1e3;
          cpu[i] = (cpu() - cpuBefore) / 1e6;
        }
        swarm.services().await("web", LONG);
      }
    }
    String what = "update: 1k replicas, 50 at a time, ";
    return List.of(
        new Measurement(what + "wall", "ms", wall, false, 1_000, ""),
        new Measurement(what + "CPU", "ms", cpu, false, 1_000, ""));
  }

  private static double measure(Swarm swarm) {
    CountDownLatch waiting = new CountDownLatch(TASKS);
    long next = swarm.services().get("web").specVersion() + 1;
    AutoCloseable watch =
        swarm.watch(
            event -> {
              if (event instanceof SwarmEvent.TaskChanged moved
                  && moved.isTransition()
                  && moved.after().state() == TaskState.RUNNING
                  && moved.after().specVersion() == next) {
                waiting.countDown();
              }
            });
    long begin = System.nanoTime();
    swarm.services().update("web", spec -> spec.withTask(spec.task().withForceUpdate(next)));
    try (watch) {
      if (!waiting.await(LONG.toSeconds(), TimeUnit.SECONDS)) {
        throw new IllegalStateException(waiting.getCount() + " tasks were not replaced");
      }
    } catch (Exception failed) {
      throw new IllegalStateException("the update could not be measured", failed);
    }
    return (System.nanoTime() - begin) / 1e9;
  }

  /** CPU time of the process, in nanoseconds. */
  private static long cpu() {
    return ManagementFactory.getOperatingSystemMXBean()
            instanceof com.sun.management.OperatingSystemMXBean system
        ? system.getProcessCpuTime()
        : 0;
  }
}
