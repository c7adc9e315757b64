package io.swarm4j.sim;

import io.swarm4j.store.State;
import java.util.ArrayList;
import java.util.List;

/** The invariants of the engine, and how to ask a swarm for them. */
public final class Invariants {
  private Invariants() {}

  /** Those of the core, new and without a past. */
  public static List<Invariant> ofCore() {
    return List.of(
        new SlotsAreNotShared(),
        new StatesOnlyMoveForward(),
        new EveryTaskHasAReason(),
        new CapacityIsKept(),
        new HistoryIsLimited());
  }

  /**
   * Checks one state, for example the view of a live swarm.
   *
   * @return what does not hold, in words; empty if all does
   */
  public static List<String> check(List<Invariant> invariants, State state) {
    List<String> breaches = new ArrayList<>();
    for (Invariant invariant : invariants) {
      invariant.check(state, breach -> breaches.add(invariant.name() + ": " + breach));
    }
    return breaches;
  }
}
