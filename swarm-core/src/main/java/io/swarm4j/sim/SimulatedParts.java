package io.swarm4j.sim;

import io.swarm4j.orchestrator.Reconciler;
import io.swarm4j.store.Transaction;
import io.swarm4j.time.Ids;
import java.util.List;

/** What a simulated swarm takes from the modules above the core. */
public interface SimulatedParts {

  /**
   * Makes the components of one manager, in the order in which they follow up on the dispatcher;
   * called for each life of each manager.
   */
  List<? extends Reconciler> components();

  /** Writes what a new swarm starts with, beside its settings. */
  default void bootstrap(Transaction tx, Ids ids) {}

  /** What must hold beyond the invariants of the core; one set for each swarm. */
  default List<Invariant> invariants() {
    return List.of();
  }
}
