package io.swarm4j.examples.bench;

import io.swarm4j.SimulatedSwarm;
import io.swarm4j.internal.SimulatedEngine;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.sim.Fault;
import io.swarm4j.sim.SimulatedCluster;
import io.swarm4j.sim.SimulationOptions;
import io.swarm4j.sim.Users;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.List;

/**
 * What simulation costs. All of it runs on one thread, whose CPU time is what is measured: it moves
 * least when other programs run beside.
 */
final class SimBench {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
  private static final int CASES = 1_000;

  private SimBench() {}

  /** A day of 3 managers, 100 nodes in all and 1,000 tasks, with faults every hour. */
  static List<Measurement> day(int samples) {
    double[] seconds = new double[samples];
    for (int i = 0; i < samples; i++) {
      seconds[i] = cpuSeconds(SimBench::aDay);
    }
    return List.of(
        new Measurement("sim-day: 100 nodes, 1k tasks, faults", "CPU s", seconds, false, 5, ""));
  }

  private static void aDay() {
    try (SimulatedCluster cluster =
        SimulatedCluster.start(
            SimulationOptions.of(new SimulatedEngine()).managers(3).workers(97).build())) {
      for (int i = 0; i < 10; i++) {
        Users.create(cluster, ServiceSpec.of("web" + i, "nginx").withReplicas(100));
      }
      for (int hour = 0; hour < 24; hour++) {
        cluster
            .faults()
            .during(minutes(5), minutes(8), Fault.powerOff("w" + (1 + hour)))
            .during(minutes(15), minutes(16), Fault.isolation("w" + (30 + hour)))
            .during(minutes(25), minutes(26), Fault.leaderLoss())
            .at(minutes(35), Fault.crash("web" + hour % 10, 1));
        cluster.pass(Duration.ofHours(1));
      }
      require(cluster.runningTasks() == 1_000, "1,000 tasks run after a day");
    }
  }

  private static Duration minutes(long minutes) {
    return Duration.ofMinutes(minutes);
  }

  /** What a JUnit case does: start, deploy, lose a node, recover. */
  static List<Measurement> testCase(int samples) {
    double[] millis = new double[samples];
    double[] thousand = new double[samples];
    aCase(0);
    for (int i = 0; i < samples; i++) {
      millis[i] = 1e3 * cpuSeconds(() -> aCase(1));
      thousand[i] =
          cpuSeconds(
              () -> {
                for (int seed = 0; seed < CASES; seed++) {
                  aCase(seed);
                }
              });
    }
    return List.of(
        new Measurement("sim-case: deploy, kill, recover", "CPU ms", millis, false, 100, ""),
        new Measurement("sim-case: 1,000 of them", "CPU s", thousand, false, 60, ""));
  }

  private static void aCase(long seed) {
    try (SimulatedSwarm sim = SimulatedSwarm.builder().managers(3).workers(5).seed(seed).start()) {
      sim.swarm().services().create(ServiceSpec.of("web", "nginx").withReplicas(5));
      sim.awaitConverged("web");
      sim.faults().now(Fault.powerOff("w1"));
      sim.pass(Duration.ofSeconds(30));
      sim.awaitConverged("web");
      sim.check();
    }
  }

  /** 10,000 nodes and 100,000 tasks, from nothing to all RUNNING; wants a heap of 2 GiB. */
  static List<Measurement> large(int samples) {
    double[] seconds = new double[samples];
    double[] heap = new double[samples];
    for (int i = 0; i < samples; i++) {
      int sample = i;
      seconds[i] = cpuSeconds(() -> heap[sample] = aLargeSwarm());
    }
    return List.of(
        new Measurement("sim-large: 100k tasks, 10k nodes", "CPU s", seconds, false, 60, ""),
        new Measurement("sim-large: heap in use", "MiB", heap, false, 2_048, ""));
  }

  private static double aLargeSwarm() {
    try (SimulatedCluster cluster =
        SimulatedCluster.start(
            SimulationOptions.of(new SimulatedEngine())
                .managers(3)
                .workers(9_997)
                .fullEntrySize(4_096)
                .build())) {
      Users.create(cluster, ServiceSpec.of("web", "nginx").withReplicas(100_000));
      Duration limit = minutes(10);
      Duration end = cluster.time().elapsed().plus(limit);
      while (cluster.runningTasks() < 100_000 && cluster.time().elapsed().compareTo(end) < 0) {
        cluster.pass(Duration.ofSeconds(1));
      }
      require(cluster.runningTasks() == 100_000, "100,000 tasks run within " + limit);
      System.gc();
      Runtime jvm = Runtime.getRuntime();
      return (jvm.totalMemory() - jvm.freeMemory()) / (double) (1 << 20);
    }
  }

  private static void require(boolean holds, String what) {
    if (!holds) {
      throw new IllegalStateException("the benchmark went wrong: " + what + " does not hold");
    }
  }

  private static double cpuSeconds(Runnable work) {
    long begin = THREADS.getCurrentThreadCpuTime();
    work.run();
    return (THREADS.getCurrentThreadCpuTime() - begin) / 1e9;
  }
}
