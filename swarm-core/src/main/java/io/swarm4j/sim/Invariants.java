package io.swarm4j.sim;

import io.swarm4j.store.Change;
import io.swarm4j.store.ChangeFeed;
import io.swarm4j.store.Commit;
import io.swarm4j.store.State;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

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
        new UpdatesKeepTheirPace(),
        new JobsAreCounted(),
        new PayloadsAreVersioned(),
        new HistoryIsLimited());
  }

  /**
   * Checks every change of a live swarm, for its {@code watch}.
   *
   * @param invariants without a past, and of no other swarm
   * @param breach hears what does not hold, in words
   */
  public static ChangeFeed.Listener watcher(List<Invariant> invariants, Consumer<String> breach) {
    return new ChangeFeed.Listener() {
      @Override
      public void changed(Commit commit, List<Change> changes) {
        for (Invariant invariant : invariants) {
          invariant.check(commit, text -> breach.accept(invariant.name() + ": " + text));
        }
      }

      @Override
      public void lost(long revision) {
        breach.accept("changes after revision " + revision + " came too fast to be checked");
      }
    };
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
