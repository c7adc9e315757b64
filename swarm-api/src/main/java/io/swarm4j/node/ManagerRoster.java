package io.swarm4j.node;

import io.swarm4j.model.Node;
import io.swarm4j.model.Node.ManagerStatus;
import io.swarm4j.model.Node.NodeState;
import io.swarm4j.model.NodeId;
import io.swarm4j.orchestrator.Control;
import io.swarm4j.orchestrator.Reconciler;
import io.swarm4j.store.Change;
import io.swarm4j.store.Transaction;
import java.util.List;
import java.util.function.Supplier;

/** Keeps in the state who leads, and which managers are in reach of the leader. */
final class ManagerRoster implements Reconciler {
  private final NodeId self;
  private final Supplier<String> address;

  /**
   * For the manager on node {@code self}.
   *
   * @param address where its node API listens
   */
  ManagerRoster(NodeId self, Supplier<String> address) {
    this.self = self;
    this.address = address;
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
    boolean leader = node.id().equals(self);
    ManagerStatus now =
        new ManagerStatus(
            leader,
            leader || node.status().state() == NodeState.READY,
            leader ? address.get() : known.address());
    if (!now.equals(known)) {
      tx.put(node.withManager(now));
    }
  }

  @Override
  public void end() {
    // nothing is kept between turns
  }
}
