package io.swarm4j.sim;

import io.swarm4j.time.Chance;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Draws faults. */
public final class RandomFaults {
  private RandomFaults() {}

  /** Any fault of machines, network, disks, clocks or runtimes. */
  public static Fault any(Chance chance, List<String> machines) {
    String machine = machines.get(chance.nextInt(machines.size()));
    return switch (chance.nextInt(16)) {
      case 0, 1 -> Fault.powerOff(machine);
      case 2 -> Fault.kill(machine);
      case 3 -> Fault.leaderLoss();
      case 4 -> Fault.leadershipLoss();
      case 5 -> Fault.isolation(machine);
      case 6 -> Fault.muteness(machine);
      case 7 -> Fault.deafness(machine);
      case 8 -> partition(chance, machines);
      case 9, 10 -> Fault.network(conditions(chance));
      case 11 -> Fault.slowDisk(machine, Duration.ofMillis(chance.nextInt(2_000)));
      case 12 -> Fault.fullDisk(machine);
      case 13 -> Fault.clockSkew(machine, Duration.ofSeconds(chance.nextInt(20) - 10L));
      case 14 -> Fault.slowRuntime(machine, Duration.ofSeconds(chance.nextInt(90)));
      default -> Fault.failingRuntime(machine, 0.5);
    };
  }

  private static Fault partition(Chance chance, List<String> machines) {
    List<String> some = new ArrayList<>();
    List<String> others = new ArrayList<>();
    machines.forEach(machine -> (chance.withProbability(0.4) ? some : others).add(machine));
    return Fault.partition(some, others);
  }

  private static NetworkConditions conditions(Chance chance) {
    Duration most = Duration.ofMillis(1 + chance.nextInt(500));
    return new NetworkConditions(
        Duration.ofNanos(200_000),
        most,
        chance.nextInt(4) * 0.05,
        chance.nextInt(4) * 0.05,
        chance.nextInt(4) * 0.05);
  }
}
