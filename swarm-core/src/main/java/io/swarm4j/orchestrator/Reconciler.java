package io.swarm4j.orchestrator;

import io.swarm4j.store.Change;
import io.swarm4j.store.Transaction;
import java.util.List;

/**
 * A component of the leader: it looks at what changed and writes what follows.
 *
 * <p>All reconcilers run one after the other on the leader's loop, in one turn that becomes one
 * entry of the log. Each sees every change once, its own included, whoever made it. It must not
 * block, keep a transaction, or ask anybody but its {@link Control} for time and chance. State that
 * it keeps between turns is derived from the store and dropped when leadership ends.
 */
public interface Reconciler {

  /**
   * Leadership begins: look at everything, repair what the last leader left half done.
   *
   * @param control gives time, chance and later turns; valid until {@link #end()}
   */
  void begin(Control control, Transaction tx);

  /**
   * Something changed.
   *
   * <p>If {@code tx.isFull()}, leave the rest for a later turn and ask for it by {@link
   * Control#again()}.
   *
   * @param changes since the last call, in order; may be empty after {@link Control#again()}
   */
  void reconcile(List<Change> changes, Transaction tx);

  /** Leadership ends: drop all derived state. */
  void end();
}
