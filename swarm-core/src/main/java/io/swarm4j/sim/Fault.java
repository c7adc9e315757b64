package io.swarm4j.sim;

import io.swarm4j.model.Task;
import io.swarm4j.model.TaskState;
import io.swarm4j.time.Chance;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Something that goes wrong in a simulated swarm, and may come right again.
 *
 * <p>A fault that names a machine which is not there (any more) does nothing.
 */
public final class Fault {
  private final String text;
  private final Consumer<SimulatedCluster> begin;
  private final Consumer<SimulatedCluster> end;

  private Fault(String text, Consumer<SimulatedCluster> begin, Consumer<SimulatedCluster> end) {
    this.text = text;
    this.begin = begin;
    this.end = end;
  }

  /** A fault of the user's own that does not end by itself. */
  public static Fault of(String text, Consumer<SimulatedCluster> begin) {
    return new Fault(text, begin, cluster -> {});
  }

  /** A fault of the user's own. */
  public static Fault of(
      String text, Consumer<SimulatedCluster> begin, Consumer<SimulatedCluster> end) {
    return new Fault(text, begin, end);
  }

  /** A machine loses power: its tasks are gone, its disk is not. It starts again at the end. */
  public static Fault powerOff(String machine) {
    return onMachine(
        machine, "loses power", c -> c.powerOff(machine, false), c -> c.powerOn(machine));
  }

  /** The same with the loss of a manager's disk. */
  public static Fault destroy(String machine) {
    return onMachine(
        machine, "is destroyed", c -> c.powerOff(machine, true), c -> c.powerOn(machine));
  }

  /** The engine's process on a machine dies, its tasks run on. It starts again at the end. */
  public static Fault kill(String machine) {
    return onMachine(machine, "is killed", c -> c.kill(machine), c -> c.powerOn(machine));
  }

  /** Whichever machine leads loses power. It starts again at the end. */
  public static Fault leaderLoss() {
    String[] victim = new String[1];
    return of(
        "the leader loses power",
        cluster -> {
          victim[0] = cluster.leaderName();
          if (victim[0] != null) {
            cluster.powerOff(victim[0], false);
          }
        },
        cluster -> {
          if (victim[0] != null) {
            cluster.powerOn(victim[0]);
          }
        });
  }

  /** The leader goes on as a follower. */
  public static Fault leadershipLoss() {
    return of("leadership is lost", SimulatedCluster::deposeLeader);
  }

  /** Nothing gets from or to a machine. */
  public static Fault isolation(String machine) {
    return onMachine(
        machine,
        "is cut off",
        cluster -> {
          cluster.network().mute(machine);
          cluster.network().deafen(machine);
        },
        cluster -> cluster.network().reconnect(machine));
  }

  /** A machine hears others, but is not heard. */
  public static Fault muteness(String machine) {
    return onMachine(
        machine,
        "is not heard",
        cluster -> cluster.network().mute(machine),
        cluster -> cluster.network().reconnect(machine));
  }

  /** A machine is heard, but hears nobody. */
  public static Fault deafness(String machine) {
    return onMachine(
        machine,
        "hears nobody",
        cluster -> cluster.network().deafen(machine),
        cluster -> cluster.network().reconnect(machine));
  }

  /** Two groups of machines can not talk with each other. */
  public static Fault partition(List<String> some, List<String> others) {
    return of(
        some + " and " + others + " are parted",
        cluster -> cluster.network().partition(some, others),
        cluster -> cluster.network().rejoin(some, others));
  }

  /** The whole network behaves in another way. */
  public static Fault network(NetworkConditions conditions) {
    return of(
        "the network turns to " + conditions,
        cluster -> cluster.network().conditions(conditions),
        cluster -> cluster.network().conditions(NetworkConditions.LAN));
  }

  /** Each write to a manager's disk takes so long. */
  public static Fault slowDisk(String machine, Duration perWrite) {
    return onMachine(
        machine,
        "has a slow disk",
        cluster -> cluster.disk(machine, perWrite, false),
        cluster -> cluster.disk(machine, Duration.ZERO, false));
  }

  /** A manager's disk takes no more writes. */
  public static Fault fullDisk(String machine) {
    return onMachine(
        machine,
        "has a full disk",
        cluster -> cluster.disk(machine, Duration.ZERO, true),
        cluster -> cluster.disk(machine, Duration.ZERO, false));
  }

  /** A machine's clock is off. */
  public static Fault clockSkew(String machine, Duration skew) {
    return onMachine(
        machine,
        "has a clock that is off by " + skew,
        cluster -> cluster.skewClock(machine, skew),
        cluster -> cluster.skewClock(machine, Duration.ZERO));
  }

  /** Preparations, starts and stops on a machine take so much longer. */
  public static Fault slowRuntime(String machine, Duration extra) {
    return onMachine(
        machine,
        "has a runtime that is slower by " + extra,
        cluster -> cluster.runtime(machine).slowDown(extra),
        cluster -> cluster.runtime(machine).slowDown(Duration.ZERO));
  }

  /** Preparations and starts on a machine fail with this probability. */
  public static Fault failingRuntime(String machine, double probability) {
    return onMachine(
        machine,
        "has a runtime that fails " + Math.round(100 * probability) + " % of starts",
        cluster -> cluster.runtime(machine).failStarts(probability),
        cluster -> cluster.runtime(machine).failStarts(0));
  }

  /** A running task of a service ends by itself. */
  public static Fault crash(String service, int exitCode) {
    return of(
        "a task of " + service + " exits with " + exitCode,
        cluster -> {
          Task task = anyRunning(cluster, service);
          if (task != null) {
            cluster.crashTask(task.id(), exitCode);
          }
        });
  }

  /** The health probes of a running task of a service fail. */
  public static Fault unhealthy(String service) {
    return of(
        "a task of " + service + " turns unhealthy",
        cluster -> {
          Task task = anyRunning(cluster, service);
          if (task != null) {
            cluster.setHealthy(task.id(), false);
          }
        });
  }

  private static @Nullable Task anyRunning(SimulatedCluster cluster, String service) {
    var found = cluster.view().serviceNamed(service);
    List<Task> running =
        found == null
            ? List.of()
            : cluster.view().tasksOf(found.id()).stream()
                .filter(task -> task.isDesiredAlive() && task.state() == TaskState.RUNNING)
                .toList();
    return running.isEmpty() ? null : running.get(cluster.chance().nextInt(running.size()));
  }

  private static Fault onMachine(
      String machine,
      String what,
      Consumer<SimulatedCluster> begin,
      Consumer<SimulatedCluster> end) {
    Predicate<SimulatedCluster> present = cluster -> cluster.machines().contains(machine);
    return new Fault(
        machine + " " + what,
        cluster -> {
          if (present.test(cluster)) {
            begin.accept(cluster);
          }
        },
        cluster -> {
          if (present.test(cluster)) {
            end.accept(cluster);
          }
        });
  }

  /** The same fault, which happens with this probability each time that its moment comes. */
  public Fault withProbability(double probability) {
    boolean[] happened = new boolean[1];
    return new Fault(
        text + " (with probability " + probability + ")",
        cluster -> {
          Chance chance = cluster.chance();
          happened[0] = chance.withProbability(probability);
          if (happened[0]) {
            begin.accept(cluster);
          }
        },
        cluster -> {
          if (happened[0]) {
            end.accept(cluster);
          }
        });
  }

  /** Lets it begin now. */
  public void begin(SimulatedCluster cluster) {
    cluster.note("fault: " + text);
    begin.accept(cluster);
  }

  /** Lets it end now. */
  public void end(SimulatedCluster cluster) {
    cluster.note("fault ends: " + text);
    end.accept(cluster);
  }

  @Override
  public String toString() {
    return Objects.requireNonNull(text);
  }
}
