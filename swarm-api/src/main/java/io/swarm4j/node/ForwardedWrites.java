package io.swarm4j.node;

import io.swarm4j.model.Cluster;
import io.swarm4j.model.Id;
import io.swarm4j.model.Node;
import io.swarm4j.model.Service;
import io.swarm4j.model.StoreObject;
import io.swarm4j.model.Task;
import io.swarm4j.node.NodeProtocol.WriteOutcome;
import io.swarm4j.node.NodeProtocol.WriteRequest;
import io.swarm4j.orchestrator.Control;
import io.swarm4j.orchestrator.Reconciler;
import io.swarm4j.store.Change;
import io.swarm4j.store.StoreTransaction;
import io.swarm4j.store.Transaction;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Commits on the leader what requests did on other managers, if they would do the same here.
 *
 * <p>A request rests on what it read. That is taken to be unchanged if no object that it writes was
 * written since, and nobody has created, deleted or re-specified anything but tasks: progress of
 * tasks, nodes and roll-outs does not matter. Else the other manager catches up and runs the
 * request again. A request that is sent again because its answer was lost is stale for that reason,
 * and its sender has seen by its number that it was carried out. On the leader's loop only.
 */
final class ForwardedWrites implements Reconciler {
  /** Revision of the last change of what users specify. */
  private long lastSpecified = Long.MAX_VALUE;

  /** Puts what a request did into {@code tx}, or refuses all of it. */
  WriteOutcome apply(Transaction tx, WriteRequest request) {
    long newest = tx.revision() - 1;
    if (isStale(tx, request)) {
      return new WriteOutcome(null, newest);
    }
    request.changes().puts().forEach(tx::put);
    request.changes().deletes().forEach(tx::delete);
    if (tx instanceof StoreTransaction turn) {
      turn.carries(request.number());
    }
    return new WriteOutcome(tx.revision(), tx.revision());
  }

  private boolean isStale(Transaction tx, WriteRequest request) {
    if (request.changes().size() == 0 || request.base() < lastSpecified) {
      return true;
    }
    if (tx instanceof StoreTransaction turn
        && turn.journal().stream().anyMatch(ForwardedWrites::isSpecified)) {
      return true; // by a request of the same turn
    }
    int index = 0;
    for (StoreObject put : request.changes().puts()) {
      if (version(tx.object(put.id())) != request.expected().get(index++)) {
        return true;
      }
    }
    for (Id id : request.changes().deletes()) {
      if (version(tx.object(id)) != request.expected().get(index++)) {
        return true;
      }
    }
    return false;
  }

  /** The version of a stored object; 0 for none. */
  static long version(@Nullable StoreObject object) {
    return object == null ? 0 : object.meta().version();
  }

  private static boolean isSpecified(Change change) {
    StoreObject before = change.before();
    StoreObject after = change.after();
    if (change.latest() instanceof Task) {
      return false;
    }
    if (before == null || after == null) {
      return true;
    }
    if (before instanceof Node old && after instanceof Node node) {
      return !old.spec().equals(node.spec()) || old.role() != node.role();
    }
    if (before instanceof Service old && after instanceof Service service) {
      return !old.spec().equals(service.spec()) || old.isRemoved() != service.isRemoved();
    }
    return before instanceof Cluster old && after instanceof Cluster cluster
        ? !old.spec().equals(cluster.spec())
        : true;
  }

  @Override
  public void begin(Control control, Transaction tx) {
    lastSpecified = tx.revision() - 1;
  }

  @Override
  public void reconcile(List<Change> changes, Transaction tx) {
    if (changes.stream().anyMatch(ForwardedWrites::isSpecified)) {
      lastSpecified = tx.revision();
    }
  }

  @Override
  public void end() {
    lastSpecified = Long.MAX_VALUE;
  }
}
