package io.swarm4j.sim;

import io.swarm4j.dispatcher.EndpointGate;
import io.swarm4j.orchestrator.Reconciler;
import io.swarm4j.store.Log;
import io.swarm4j.store.State;
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

  /** The log as a manager is to see it; for those who want to watch, or to disturb it. */
  default Log log(String machine, Log log) {
    return log;
  }

  /** The withdraw gate as a manager's dispatcher is to see it. */
  default EndpointGate gate(String machine, EndpointGate gate) {
    return gate;
  }

  /**
   * What components of the leader remember wrongly, or have tasks wait for though it is to be had,
   * once nothing is left to do.
   *
   * @param components of the manager that leads
   * @param atRest the committed state
   * @return in words; empty if all is well
   */
  default List<String> inconsistencies(List<? extends Reconciler> components, State atRest) {
    return List.of();
  }

  /** What must hold beyond the invariants of the core; one set for each swarm. */
  default List<Invariant> invariants() {
    return List.of();
  }
}
