package io.swarm4j.orchestrator;

import io.swarm4j.model.Node;
import io.swarm4j.model.Node.Availability;
import io.swarm4j.model.Reason;
import io.swarm4j.model.Service;
import io.swarm4j.model.SlotKey;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskState;
import io.swarm4j.store.Transaction;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Services with one task on every node that is neither drained nor down and satisfies the
 * constraints; a paused node keeps its task and gets no new one.
 */
final class GlobalServices {
  private final RestartSupervisor restarts;
  private final LostNodes lost;

  GlobalServices(RestartSupervisor restarts, LostNodes lost) {
    this.restarts = restarts;
    this.lost = lost;
  }

  /** Looks at every node; returns whether it could finish. */
  boolean reconcile(Transaction tx, Service service) {
    Set<SlotKey> slots = new LinkedHashSet<>(tx.slotsOf(service.id()));
    tx.nodes().forEach(node -> slots.add(new SlotKey.OnNode(node.id())));
    for (SlotKey slot : slots) {
      if (tx.isFull()) {
        return false;
      }
      if (slot instanceof SlotKey.OnNode onNode) {
        repair(tx, service, onNode);
      }
    }
    return true;
  }

  /** Brings one node's slot to what it should be. */
  void repair(Transaction tx, Service service, SlotKey.OnNode slot) {
    Node node = tx.node(slot.node());
    List<Task> tasks = tx.tasksIn(service.id(), slot);
    if (node == null) {
      tasks.forEach(task -> tx.delete(task.id()));
      return;
    }
    boolean wanted = !node.mustBeEmpty() && service.spec().task().placement().allows(node);
    boolean paused = node.spec().availability() == Availability.PAUSE;
    boolean filled = false;
    for (Task task : tasks) {
      if (task.isDesiredAlive()) {
        filled = true;
        keepOrReplace(tx, service, node, task, wanted, paused);
      }
    }
    if (!filled && wanted && !paused && !isFinal(service, tasks)) {
      restarts.fill(tx, service, slot);
    }
  }

  private void keepOrReplace(
      Transaction tx, Service service, Node node, Task task, boolean wanted, boolean paused) {
    if (!wanted) {
      if (node.mustBeEmpty() && !lost.mustGo(tx, service, task, node.id())) {
        return;
      }
      TaskWrites.shutDown(tx, task, reason(node), "");
    } else if (task.state().isTerminal() && !ServiceWrites.holds(service, task)) {
      if (paused) {
        TaskWrites.shutDown(tx, task, new Reason.Stopped("node is paused"), "");
      } else if (!restarts.waits(task)) {
        restarts.restart(tx, service, task, new Reason.Stopped("ended"), "");
      }
    }
  }

  private static Reason reason(Node node) {
    return node.mustBeEmpty()
        ? LostNodes.reason(node, node.id())
        : new Reason.ConstraintViolated("node " + node.hostname() + " no longer meets constraints");
  }

  /** Whether the last task ended by itself and the policy wants no successor. */
  private boolean isFinal(Service service, List<Task> tasks) {
    @Nullable Task newest = null;
    for (Task task : tasks) {
      if (newest == null || !task.meta().createdAt().isBefore(newest.meta().createdAt())) {
        newest = task; // of those made at the same time the last one
      }
    }
    return newest != null
        && newest.specVersion() == service.specVersion()
        && newest.state().isTerminal()
        && newest.state() != TaskState.SHUTDOWN
        && newest.state() != TaskState.ORPHANED
        && restarts.isFinal(service, newest);
  }
}
