package io.swarm4j.network.allocator;

import io.swarm4j.orchestrator.Control;
import io.swarm4j.orchestrator.Reconciler;
import io.swarm4j.store.Change;
import io.swarm4j.store.State;
import io.swarm4j.store.Transaction;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Gives networks their subnets, services their published ports and virtual addresses, and tasks
 * their addresses, which brings them from NEW to PENDING.
 *
 * <p>A task that can not get what it needs stays NEW and says why; it gets its next chance when
 * something of what it lacks becomes free, first come, first served. A task holds its addresses
 * until it ends, a service its own until it is removed and its last task is gone.
 */
public final class Allocator implements Reconciler {
  private final AllocatorOptions options;
  private @Nullable Session session;

  /** An allocator that does not lead yet. */
  public Allocator(AllocatorOptions options) {
    this.options = options;
  }

  private record Session(Control control, Ledger ledger) {}

  @Override
  public void begin(Control control, Transaction tx) {
    session = new Session(control, new Ledger(options, control, tx, this::work));
    work(tx);
  }

  @Override
  public void reconcile(List<Change> changes, Transaction tx) {
    if (session != null) {
      for (Change change : changes) {
        session.ledger.absorb(change, tx);
      }
      work(tx);
    }
  }

  private void work(Transaction tx) {
    if (session != null && !session.ledger.work(tx)) {
      session.control.again();
    }
  }

  @Override
  public void end() {
    session = null;
  }

  /**
   * Compares what it remembers with what the store says: everything that is held must have a holder
   * in the store, and the reverse. For tests and simulations, between turns, when nothing is left
   * to do.
   *
   * @return what differs, in words; empty if nothing does, or if it does not lead
   */
  public List<String> differences(State state) {
    return session == null ? List.of() : AllocationCheck.differences(session.ledger, state);
  }
}
