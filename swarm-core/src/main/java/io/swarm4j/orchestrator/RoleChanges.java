package io.swarm4j.orchestrator;

import io.swarm4j.model.Node;
import io.swarm4j.model.Node.ManagerStatus;
import io.swarm4j.model.Node.NodeRole;
import io.swarm4j.model.NodeId;
import io.swarm4j.store.Change;
import io.swarm4j.store.Transaction;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
public final class RoleChanges implements Reconciler {
  private static final Logger LOG = LoggerFactory.getLogger(RoleChanges.class);

  /** How long to wait before a removal that was refused is tried again, as in the reference. */
  private static final Duration RETRY = Duration.ofSeconds(5);

  private final Function<NodeId, CompletionStage<Void>> remove;

  /**
   * Those that become workers, with the version that their record had when they were last taken
   * out.
   */
  private final Map<NodeId, Long> leaving = new HashMap<>();

  private @Nullable Control control;

  /**
   * Follows the state.
   *
   * @param remove takes a manager out of the group; does not block
   */
  public RoleChanges(Function<NodeId, CompletionStage<Void>> remove) {
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
    if (node.spec().role() == node.role() || leaving.containsKey(node.id())) {
      return;
    }
    if (node.spec().role() == NodeRole.MANAGER) {
      LOG.info("node {} ({}) becomes a manager", node.hostname(), node.id());
      tx.put(node.withRole(NodeRole.MANAGER).withManager(new ManagerStatus(false, false, "")));
    } else {
      takeOut(node);
    }
  }

  private void takeOut(Node node) {
    Control asked = control;
    if (asked == null) {
      return;
    }
    NodeId id = node.id();
    leaving.put(id, node.meta().version());
    asked // after those that were let in before
        .committed()
        .thenCompose(done -> remove.apply(id))
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

  /**
   * A node that has changed since may have come back into the group as the manager that it still
   * is, and is taken out again: none that becomes a worker is left in the group. If it shall be a
   * manager again it is one anew, once everybody can have seen that it was none.
   */
  private void demote(Transaction tx, NodeId id) {
    Long version = leaving.remove(id);
    Control asked = control;
    Node node = tx.node(id);
    if (asked == null || node == null || node.role() != NodeRole.MANAGER) {
      return;
    }
    if (version == null || node.meta().version() != version) {
      takeOut(node);
      return;
    }
    LOG.info("node {} ({}) is a worker now", node.hostname(), id);
    leaving.put(id, version);
    tx.put(node.withRole(NodeRole.WORKER).withManager(null));
    asked.committed().thenRun(() -> asked.after(Duration.ZERO, later -> again(later, id)));
  }

  @Override
  public void end() {
    control = null;
    leaving.clear();
  }
}
