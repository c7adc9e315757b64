package io.swarm4j.examples.bench;

import io.swarm4j.node.AgentFleet;
import io.swarm4j.time.RealTime;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What the heartbeats of five thousand agents cost the one manager that they have sessions with,
 * each over a mutual-TLS connection of its own. The manager is a process; its CPU time is read from
 * {@code /proc}.
 */
final class SessionsBench {
  private static final int AGENTS = 5_000;
  private static final Duration SPREAD = Duration.ofSeconds(60);
  private static final int SETTLE_SECONDS = 60; // by then the manager's code is compiled
  private static final int SECONDS = 10;
  private static final double TICKS_PER_SECOND = 100;

  private SessionsBench() {}

  static List<Measurement> run(int samples) {
    double[] percent = new double[samples];
    try (BenchFolder folder = BenchFolder.make();
        BenchProcess manager = new BenchProcess(folder.path(), "m1", List.of("-Xmx1g"))) {
      manager.get("init");
      try (AgentFleet fleet =
          AgentFleet.join(
              manager.get("token WORKER"), manager.get("address"), AGENTS, new RealTime())) {
        fleet.start(SPREAD);
        TimeUnit.MILLISECONDS.sleep(SPREAD.toMillis());
        if (!manager.get("complete " + (AGENTS + 1)).equals("true")) {
          throw new IllegalStateException("not all agents have a session");
        }
        TimeUnit.SECONDS.sleep(SETTLE_SECONDS);
        for (int i = 0; i < samples; i++) {
          double cpu = cpuSeconds(manager.pid());
          long from = System.nanoTime();
          TimeUnit.SECONDS.sleep(SECONDS);
          double wall = (System.nanoTime() - from) / 1e9;
          percent[i] = 100 * (cpuSeconds(manager.pid()) - cpu) / wall;
        }
      }
    } catch (InterruptedException stop) {
      throw new IllegalStateException("interrupted", stop);
    }
    return List.of(
        new Measurement("sessions: heartbeats of 5,000", "% of one core", percent, false, 10, ""));
  }

  /** What a process has used so far. */
  private static double cpuSeconds(long pid) {
    try {
      String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
      return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / TICKS_PER_SECOND;
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }
}
