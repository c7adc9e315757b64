package io.swarm4j.node;

import io.swarm4j.model.Node;
import io.swarm4j.model.Node.ManagerStatus;
import io.swarm4j.model.Node.NodeRole;
import io.swarm4j.model.NodeId;
import io.swarm4j.orchestrator.Control;
import io.swarm4j.orchestrator.Reconciler;
import io.swarm4j.store.Change;
import io.swarm4j.store.Transaction;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives nodes the role that operators want for them. A new manager gets its role first, then a
 * certificate, and takes part when it asks to; a manager that shall be none is taken out of the
 * group first, and loses its certificate then, so that nobody votes who may not.
 */
final class RoleChanges implements Reconciler {
  private static final Logger LOG = LoggerFactory.getLogger(RoleChanges.class);

  /** How long to wait before a removal that was refused is tried again, as in the reference. */
  private static final Duration RETRY = Duration.ofSeconds(5);

  private final Function<NodeId, CompletionStage<Void>> remove;
  private final Set<NodeId> leaving = new HashSet<>();
  private @Nullable Control control;

  /**
   * Follows the state.
   *
   * @param remove takes a manager out of the group; does not block
   */
  RoleChanges(Function<NodeId, CompletionStage<Void>> remove) {
    this.remove = remove;
  }

  @Override
  public void begin(Control newControl, Transaction tx) {
    control = newControl;
    tx.nodes().forEach(node -> consider(tx, node));
  }

  @Override
  public void reconcile(List<Change> changes, Transaction tx) {
    for (Change change : changes) {
      if (change.after() instanceof Node changed) {
        Node newest = tx.node(changed.id());
        if (newest != null) {
          consider(tx, newest);
        }
      }
    }
  }

  private void consider(Transaction tx, Node node) {
    if (node.spec().role() == node.role()) {
      return;
    }
    if (node.spec().role() == NodeRole.MANAGER) {
      LOG.info("node {} ({}) becomes a manager", node.hostname(), node.id());
      tx.put(node.withRole(NodeRole.MANAGER).withManager(new ManagerStatus(false, false, "")));
    } else if (leaving.add(node.id())) {
      takeOut(node.id());
    }
  }

  private void takeOut(NodeId id) {
    Control asked = control;
    if (asked == null) {
      return;
    }
    remove
        .apply(id)
        .whenComplete(
            (done, failure) -> {
              if (failure == null) {
                asked.after(Duration.ZERO, tx -> demote(tx, id));
              } else {
                LOG.warn("manager {} stays for now: {}", id, failure.getMessage());
                asked.after(RETRY, tx -> again(tx, id));
              }
            });
  }

  private void again(Transaction tx, NodeId id) {
    leaving.remove(id);
    Node node = tx.node(id);
    if (node != null) {
      consider(tx, node);
    }
  }

  private void demote(Transaction tx, NodeId id) {
    leaving.remove(id);
    Node node = tx.node(id);
    if (node != null && node.role() == NodeRole.MANAGER) {
      LOG.info("node {} ({}) is a worker now", node.hostname(), id);
      tx.put(node.withRole(NodeRole.WORKER).withManager(null));
    }
  }

  @Override
  public void end() {
    control = null;
    leaving.clear();
  }
}
