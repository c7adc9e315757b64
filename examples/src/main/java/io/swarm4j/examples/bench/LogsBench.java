package io.swarm4j.examples.bench;

import io.swarm4j.Logs;
import io.swarm4j.Swarm;
import io.swarm4j.agent.jvm.JvmTask;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.stream.LogQuery;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;

/**
 * Output of 100 tasks on 5 nodes, merged by time for one reader: all that there is, read at once,
 * and output at a steady 100,000 lines a second, followed.
 */
final class LogsBench {
  private static final int TASKS = 100;
  private static final int KEPT_LINES = 10_000;
  private static final int TICKS = 300;
  private static final int TICK_MILLIS = 10;
  private static final int LINES_PER_TICK = 10;
  private static final String PADDING = "x".repeat(40);

  private LogsBench() {}

  static List<Measurement> run(int samples) {
    double[] read = new double[samples];
    double[] followed = new double[samples];
    double[] cpu = new double[samples];
    CountDownLatch written = new CountDownLatch(TASKS);
    Semaphore go = new Semaphore(0);
    try (Swarm swarm =
        Swarm.builder()
            .name("bench")
            .workers(5)
            .network(false)
            .image("full", task -> writeAll(task, written))
            .image("steady", task -> writeSteadily(task, go))
            .start()) {
      deploy(swarm, "full");
      written.await();
      for (int i = -1; i < samples; i++) {
        double rate = readAll(swarm);
        if (i >= 0) {
          read[i] = rate;
        }
      }
      swarm.services().remove("full");
      deploy(swarm, "steady");
      for (int i = -1; i < samples; i++) {
        long cpuBefore = cpuNanos();
        double rate = follow(swarm, go);
        if (i >= 0) {
          followed[i] = rate;
          cpu[i] = (cpuNanos() - cpuBefore) / 1e3 / (TASKS * TICKS * LINES_PER_TICK);
        }
      }
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", stop);
    }
    return List.of(
        new Measurement("logs: 1,000,000 lines read, merged", "lines/s", read, true, 100_000, ""),
        new Measurement("logs: followed at 100,000 lines/s", "lines/s", followed, true, 95_000, ""),
        new Measurement("logs: CPU per line, both ends", "us", cpu, false, 10, ""));
  }

  private static void deploy(Swarm swarm, String image) {
    swarm.services().create(ServiceSpec.of(image, image).withReplicas(TASKS));
    if (!swarm.services().await(image, Duration.ofMinutes(1)).isConverged()) {
      throw new IllegalStateException(image + " did not converge");
    }
  }

  private static void writeAll(JvmTask task, CountDownLatch written) throws InterruptedException {
    for (int i = 0; i < KEPT_LINES; i++) {
      task.out().println(PADDING + i);
    }
    written.countDown();
    task.awaitStop();
  }

  private static void writeSteadily(JvmTask task, Semaphore go) throws InterruptedException {
    while (true) {
      go.acquire();
      long start = System.nanoTime();
      for (int tick = 0; tick < TICKS; tick++) {
        for (int i = 0; i < LINES_PER_TICK; i++) {
          task.out().println(PADDING + i);
        }
        long due = start + (tick + 1) * TICK_MILLIS * 1_000_000L;
        Thread.sleep(Math.max(0, (due - System.nanoTime()) / 1_000_000));
      }
    }
  }

  private static double readAll(Swarm swarm) {
    long start = System.nanoTime();
    long lines = 0;
    try (Logs logs = swarm.services().logs("full", LogQuery.ALL)) {
      while (logs.hasNext()) {
        logs.next();
        lines++;
      }
    }
    if (lines != (long) TASKS * KEPT_LINES) {
      throw new IllegalStateException(lines + " lines came");
    }
    return lines / ((System.nanoTime() - start) / 1e9);
  }

  /** From the first line to the last, which includes how far the reader lags behind. */
  private static double follow(Swarm swarm, Semaphore go) {
    long wanted = (long) TASKS * TICKS * LINES_PER_TICK;
    LogQuery fromNowOn = LogQuery.FOLLOW.withTail(0);
    try (Logs logs = swarm.services().logs("steady", fromNowOn)) {
      pause(); // until all logs are open
      go.release(TASKS);
      logs.next();
      long start = System.nanoTime();
      for (long lines = 1; lines < wanted; lines++) {
        logs.next();
      }
      return wanted / ((System.nanoTime() - start) / 1e9);
    }
  }

  private static void pause() {
    try {
      Thread.sleep(500);
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
    }
  }

  private static long cpuNanos() {
    return ((com.sun.management.OperatingSystemMXBean)
            java.lang.management.ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }
}
