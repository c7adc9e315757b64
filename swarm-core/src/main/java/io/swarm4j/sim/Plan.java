package io.swarm4j.sim;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What happens to a simulated swarm, and when, counted from when it is up. Not thread-safe. */
public final class Plan {
  private final List<Step> steps = new ArrayList<>();

  /**
   * One thing that happens, as a whole.
   *
   * @param at when it happens, or begins
   * @param until when it ends; null if it does not
   */
  record Step(
      Duration at,
      String text,
      Consumer<SimulatedCluster> action,
      @Nullable Duration until,
      @Nullable Consumer<SimulatedCluster> end) {

    @Override
    public String toString() {
      return at + (until == null ? "" : " to " + until) + ": " + text;
    }
  }

  /** Something happens. */
  public Plan at(Duration at, String text, Consumer<SimulatedCluster> action) {
    steps.add(new Step(at, text, action, null, null));
    return this;
  }

  /** A fault begins, and ends with all others. */
  public Plan at(Duration at, Fault fault) {
    return at(at, fault.toString(), fault::begin);
  }

  /** A fault comes and goes. */
  public Plan during(Duration from, Duration to, Fault fault) {
    steps.add(new Step(from, fault.toString(), fault::begin, to, fault::end));
    return this;
  }

  /** The steps, in order of time. */
  List<Step> steps() {
    List<Step> sorted = new ArrayList<>(steps);
    sorted.sort(Comparator.comparing(Step::at)); // stable
    return sorted;
  }
}
