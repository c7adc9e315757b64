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
import java.util.List;
import java.util.function.Supplier;

/** Keeps in the state who leads, and which managers are in reach of the leader. */
final class ManagerRoster implements Reconciler {
  private final NodeId id;
  private final Supplier<ManageRequest> own;

  /**
   * For the manager on node {@code id}.
   *
   * @param own where it is found
   */
  ManagerRoster(NodeId id, Supplier<ManageRequest> own) {
    this.id = id;
    this.own = own;
  }

  @Override
  public void begin(Control control, Transaction tx) {
    tx.nodes().forEach(node -> keep(tx, node));
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
            leader || node.status().state() == NodeState.READY,
            leader ? self.address() : known.address(),
            leader ? self.raft() : known.raft());
    if (!now.equals(known)) {
      tx.put(node.withManager(now));
    }
  }

  @Override
  public void end() {
    // nothing is kept between turns
  }
}
