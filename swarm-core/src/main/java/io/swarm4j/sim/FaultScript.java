package io.swarm4j.sim;

import io.swarm4j.store.View;
import io.swarm4j.time.Timer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * Faults that come to a simulated swarm by themselves: at a time, for a while, or after something
 * has happened. Not thread-safe.
 */
public final class FaultScript {
  private static final Duration LOOK = Duration.ofMillis(50);

  private final SimulatedCluster cluster;
  private final List<Timer> timers = new ArrayList<>();

  FaultScript(SimulatedCluster cluster) {
    this.cluster = cluster;
  }

  /** Lets a fault begin now. */
  public FaultScript now(Fault fault) {
    fault.begin(cluster);
    return this;
  }

  /** Lets a fault begin once {@code delay} has passed from now. */
  public FaultScript at(Duration delay, Fault fault) {
    later(delay, () -> fault.begin(cluster));
    return this;
  }

  /** Lets a fault last from one moment to another, both counted from now. */
  public FaultScript during(Duration from, Duration to, Fault fault) {
    later(from, () -> fault.begin(cluster));
    later(to, () -> fault.end(cluster));
    return this;
  }

  /** Lets a fault begin as soon as the committed state satisfies a condition. */
  public FaultScript after(Predicate<View> condition, Fault fault) {
    if (condition.test(cluster.view())) {
      later(Duration.ZERO, () -> fault.begin(cluster));
    } else {
      later(LOOK, () -> after(condition, fault));
    }
    return this;
  }

  /** Lets a fault begin with a probability each time that {@code period} has passed. */
  public FaultScript withProbability(double probability, Duration period, Fault fault) {
    Fault possible = fault.withProbability(probability);
    later(
        period,
        () -> {
          possible.begin(cluster);
          withProbability(probability, period, fault);
        });
    return this;
  }

  /**
   * Lets faults come and go for a while, drawn from the swarm's seed: machines that fail, lines
   * that are cut, disks, clocks and runtimes that go wrong.
   *
   * @param span time during which faults begin and end
   * @param count how many
   */
  public FaultScript random(Duration span, int count) {
    for (int i = 0; i < count; i++) {
      Fault fault = RandomFaults.any(cluster.chance(), cluster.machines());
      Duration from = cluster.chance().between(Duration.ZERO, span);
      during(from, cluster.chance().between(from, span), fault);
    }
    return this;
  }

  /** Takes back all that has not begun; what has begun does not end by itself any more. */
  public void cancel() {
    timers.forEach(Timer::cancel);
    timers.clear();
  }

  private void later(Duration delay, Runnable action) {
    timers.add(cluster.users().schedule(delay, action));
  }
}
