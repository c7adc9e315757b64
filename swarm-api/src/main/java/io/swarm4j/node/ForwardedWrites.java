package io.swarm4j.node;

import io.swarm4j.internal.Readmission;
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
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Commits on the leader what requests did on other managers, if they would do the same here.
 *
 * <p>A request rests on what it read: on the objects that it writes, which must be as they were,
 * and on others. Those are taken to be unchanged if nobody has created, deleted or re-specified
 * anything but tasks since: progress of tasks, nodes and roll-outs does not matter. Else a change
 * of one object is judged on the newest state ({@link Readmission}), so that whoever writes through
 * this manager without pause does not keep others from it; with any other request, or if that
 * judgement is no, the other manager catches up and runs the request again.
 *
 * <p>A request that is sent again because its answer was lost finds its objects changed, and its
 * sender has seen by its number that it was carried out. On the leader's loop only.
 */
final class ForwardedWrites implements Reconciler {
  /** Revision of the last change of what users specify. */
  private long lastSpecified = Long.MAX_VALUE;

  /** Revision in which something but a task was deleted last. */
  private long lastDeleted = Long.MAX_VALUE;

  /** Puts what a request did into {@code tx}, or refuses all of it. */
  WriteOutcome apply(Transaction tx, WriteRequest request) {
    long newest = tx.revision() - 1;
    if (!writesWhatItRead(tx, request)
        || !(restsOnNewest(tx, request) || isReadmitted(tx, request))) {
      return new WriteOutcome(null, newest);
    }
    request.changes().puts().forEach(tx::put);
    request.changes().deletes().forEach(tx::delete);
    if (tx instanceof StoreTransaction turn) {
      turn.carries(request.number());
    }
    return new WriteOutcome(tx.revision(), tx.revision());
  }

  /** Whether the objects that a request writes are those that it saw. */
  private static boolean writesWhatItRead(Transaction tx, WriteRequest request) {
    int index = 0;
    for (StoreObject put : request.changes().puts()) {
      if (version(tx.object(put.id())) != request.expected().get(index++)) {
        return false;
      }
    }
    for (Id id : request.changes().deletes()) {
      if (version(tx.object(id)) != request.expected().get(index++)) {
        return false;
      }
    }
    return request.changes().size() > 0;
  }

  /** Whether what users specify is as the request saw it. */
  private boolean restsOnNewest(Transaction tx, WriteRequest request) {
    return request.base() >= lastSpecified && noneInThisTurn(tx, ForwardedWrites::isSpecified);
  }

  /** Whether a request that wrote one object would do the same today. */
  private boolean isReadmitted(Transaction tx, WriteRequest request) {
    List<StoreObject> puts = request.changes().puts();
    if (request.changes().size() != 1 || puts.isEmpty()) {
      return false;
    }
    StoreObject made = puts.get(0);
    boolean known = tx.object(made.id()) != null;
    return (known || isUntouched(tx, request)) && Readmission.holds(tx, made);
  }

  /** Whether an object that is not there was not created and deleted since by the same request. */
  private boolean isUntouched(Transaction tx, WriteRequest request) {
    return request.base() >= lastDeleted && noneInThisTurn(tx, ForwardedWrites::isDeleted);
  }

  /** The version of a stored object; 0 for none. */
  static long version(@Nullable StoreObject object) {
    return object == null ? 0 : object.meta().version();
  }

  private static boolean noneInThisTurn(Transaction tx, Predicate<Change> kind) {
    return !(tx instanceof StoreTransaction turn) || turn.journal().stream().noneMatch(kind);
  }

  private static boolean isDeleted(Change change) {
    return change.after() == null && !(change.latest() instanceof Task);
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
    lastDeleted = lastSpecified;
  }

  @Override
  public void reconcile(List<Change> changes, Transaction tx) {
    if (changes.stream().anyMatch(ForwardedWrites::isSpecified)) {
      lastSpecified = tx.revision();
    }
    if (changes.stream().anyMatch(ForwardedWrites::isDeleted)) {
      lastDeleted = tx.revision();
    }
  }

  @Override
  public void end() {
    lastSpecified = Long.MAX_VALUE;
    lastDeleted = Long.MAX_VALUE;
  }
}
