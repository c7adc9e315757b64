package io.swarm4j.sim;

import io.swarm4j.store.Commit;
import io.swarm4j.store.State;
import java.util.function.Consumer;

/**
 * Something that must hold in every committed state, or between any two.
 *
 * <p>An invariant may keep what it learns from commits, so that each swarm needs a set of its own;
 * not thread-safe.
 */
public interface Invariant {

  /** What must hold, as a short sentence. */
  String name();

  /** Looks at what one commit touched; called for every commit, in order. */
  void check(Commit commit, Consumer<String> breach);

  /** Looks at a whole state, of a simulated or a live swarm, without knowing its past. */
  void check(State state, Consumer<String> breach);
}
