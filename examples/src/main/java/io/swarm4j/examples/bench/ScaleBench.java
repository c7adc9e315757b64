package io.swarm4j.examples.bench;

import io.swarm4j.Swarm;
import io.swarm4j.event.SwarmEvent;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.TaskState;
import io.swarm4j.sim.SimulatedRuntime;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * 10,000 replicas over 1,000 simulated nodes, from {@code create} to all RUNNING: control loop,
 * store and dispatcher.
 */
final class ScaleBench {
  private static final int NODES = 1_000;
  private static final int TASKS = 10_000;
  private static final int WARM_UP = 5;

  private ScaleBench() {}

  static List<Measurement> run(int samples) {
    double[] rates = new double[samples];
    try (Swarm swarm =
        Swarm.builder()
            .name("bench")
            .managers(1)
            .workers(NODES)
            .network(false)
            .runtime((node, time, loop) -> SimulatedRuntime.instant(loop, time.newChance()))
            .start()) {
      for (int i = -WARM_UP; i < samples; i++) {
        double seconds = measure(swarm, "web" + (i + WARM_UP));
        if (i >= 0) {
          rates[i] = TASKS / seconds;
        }
      }
    }
    return List.of(
        new Measurement(
            "scale: 10k replicas, 1k nodes", "tasks/s", rates, true, 10_000, "78-601 tasks/s"));
  }

  private static double measure(Swarm swarm, String service) {
    CountDownLatch waiting = new CountDownLatch(TASKS);
    AutoCloseable watch =
        swarm.watch(
            event -> {
              if (event instanceof SwarmEvent.TaskChanged moved
                  && moved.isTransition()
                  && moved.after().state() == TaskState.RUNNING) {
                waiting.countDown();
              }
            });
    long begin = System.nanoTime();
    swarm.services().create(ServiceSpec.of(service, "sim").withReplicas(TASKS));
    boolean all = await(waiting);
    double seconds = (System.nanoTime() - begin) / 1e9;
    close(watch);
    if (!all) {
      throw new IllegalStateException(
          waiting.getCount() + " of " + TASKS + " tasks are not running");
    }
    swarm.services().remove(service);
    swarm.await(view -> view.taskCount() == 0, Duration.ofMinutes(1));
    return seconds;
  }

  private static boolean await(CountDownLatch latch) {
    try {
      return latch.await(60, TimeUnit.SECONDS);
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static void close(AutoCloseable watch) {
    try {
      watch.close();
    } catch (Exception failed) {
      throw new IllegalStateException("a watch could not be closed", failed);
    }
  }
}
