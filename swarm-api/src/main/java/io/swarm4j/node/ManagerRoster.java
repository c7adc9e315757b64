package io.swarm4j.node;

import io.swarm4j.model.Node;
import io.swarm4j.model.Node.ManagerStatus;
import io.swarm4j.model.Node.NodeState;
import io.swarm4j.model.NodeId;
import io.swarm4j.node.NodeProtocol.ManageRequest;
import io.swarm4j.orchestrator.Control;
import io.swarm4j.orchestrator.Reconciler;
import io.swarm4j.store.Change;
import io.swarm4j.store.Transaction;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps in the state who leads, and which managers are in reach of the leader: those with a session
 * whose copy of the log answers, too.
 */
final class ManagerRoster implements Reconciler {
  /** How often to look who answers. */
  private static final Duration PERIOD = Duration.ofMillis(500);

  private final NodeId id;
  private final Supplier<ManageRequest> own;
  private final Supplier<Set<NodeId>> answering;
  private @Nullable Control control;

  /**
   * For the manager on node {@code id}.
   *
   * @param own where it is found
   * @param answering managers whose copy of the log answers the leader's; does not block
   */
  ManagerRoster(NodeId id, Supplier<ManageRequest> own, Supplier<Set<NodeId>> answering) {
    this.id = id;
    this.own = own;
    this.answering = answering;
  }

  @Override
  public void begin(Control newControl, Transaction tx) {
    control = newControl;
    look(tx);
  }

  private void look(Transaction tx) {
    Control present = control;
    if (present != null) {
      tx.nodes().forEach(node -> keep(tx, node));
      present.after(PERIOD, this::look);
    }
  }

  @Override
  public void reconcile(List<Change> changes, Transaction tx) {
    for (Change change : changes) {
      if (change.after() instanceof Node node) {
        Node newest = tx.node(node.id());
        if (newest != null) {
          keep(tx, newest);
        }
      }
    }
  }

  private void keep(Transaction tx, Node node) {
    ManagerStatus known = node.manager();
    if (known == null) {
      return;
    }
    boolean leader = node.id().equals(id);
    ManageRequest self = own.get();
    ManagerStatus now =
        new ManagerStatus(
            leader,
            leader
                || node.status().state() == NodeState.READY && answering.get().contains(node.id()),
            leader ? self.address() : known.address(),
            leader ? self.raft() : known.raft());
    if (!now.equals(known)) {
      tx.put(node.withManager(now));
    }
  }

  @Override
  public void end() {
    control = null;
  }
}
