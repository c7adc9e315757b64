package io.swarm4j.orchestrator;

import io.swarm4j.model.GenericResource;
import io.swarm4j.model.Node;
import io.swarm4j.model.Node.Availability;
import io.swarm4j.model.Placement;
import io.swarm4j.model.Reason;
import io.swarm4j.model.Resources;
import io.swarm4j.model.Service;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskState;
import io.swarm4j.store.Change;
import io.swarm4j.store.Transaction;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Ends tasks whose active node has ceased to satisfy the service's present constraints or to have
 * the resources that they reserve; they are replaced where they fit.
 *
 * <p>Unlike the reference it judges only tasks that were really assigned, so that a global service
 * which does not fit a node waits there instead of being rejected again and again; and it leaves a
 * task's state to its node.
 */
public final class ConstraintEnforcer implements Reconciler {
  private static final String ERR = "assigned node no longer meets constraints";

  private final RestartSupervisor restarts;

  public ConstraintEnforcer(RestartSupervisor restarts) {
    this.restarts = restarts;
  }

  @Override
  public void begin(Control control, Transaction tx) {
    tx.nodes().forEach(node -> enforce(tx, node));
  }

  @Override
  public void reconcile(List<Change> changes, Transaction tx) {
    for (Change change : changes) {
      if (change.after() instanceof Node after
          && change.before() instanceof Node before
          && concernsConstraints(before, after)) {
        Node present = tx.node(after.id());
        if (present != null) {
          enforce(tx, present);
        }
      }
    }
  }

  private static boolean concernsConstraints(Node before, Node after) {
    return !before.spec().equals(after.spec())
        || before.role() != after.role()
        || !before.description().equals(after.description())
        || !before.status().address().equals(after.status().address());
  }

  private void enforce(Transaction tx, Node node) {
    if (node.spec().availability() != Availability.ACTIVE) {
      return;
    }
    Remaining remaining = new Remaining(node.description().resources());
    List<Task> tasks = tx.tasksOn(node.id());
    tasks.sort(
        Comparator.comparing((Task task) -> task.meta().createdAt()).thenComparing(Task::id));
    for (Task task : tasks) {
      if (!task.isDesiredAlive()
          || task.state().isBefore(TaskState.ASSIGNED)
          || task.state().isTerminal()) {
        continue;
      }
      Service service = tx.service(task.serviceId());
      if (service == null || service.isRemoved()) {
        continue;
      }
      if (!placement(tx, service, task).allows(node)) {
        evict(tx, service, task, node, "no longer meets the constraints");
      } else if (!remaining.take(tx.specOf(task).task().resources().reserved(), task)) {
        evict(tx, service, task, node, "no longer has the reserved resources");
      }
    }
  }

  /**
   * What a task has to meet: a change of the placement alone holds for tasks that were not replaced
   * for it, too; but while a roll-out is under way it decides when they are.
   */
  private static Placement placement(Transaction tx, Service service, Task task) {
    boolean awaited = ServiceWrites.isRollingOut(service) && Dirt.isDirty(tx, service, task);
    return (awaited ? tx.specOf(task) : service.spec()).task().placement();
  }

  private void evict(Transaction tx, Service service, Task task, Node node, String what) {
    Reason cause = new Reason.ConstraintViolated("node " + node.hostname() + " " + what);
    if (service.spec().mode().isGlobal() && !service.spec().task().placement().allows(node)) {
      TaskWrites.shutDown(tx, task, cause, ERR); // the node shall have none
    } else {
      restarts.restart(tx, service, task, cause, ERR);
    }
  }

  @Override
  public void end() {}

  /** What is left of a node's resources. */
  private static final class Remaining {
    private long nanoCpus;
    private long memoryBytes;
    private final Map<String, Long> generic = new HashMap<>();

    Remaining(Resources total) {
      nanoCpus = total.nanoCpus();
      memoryBytes = total.memoryBytes();
      total
          .generic()
          .forEach(resource -> generic.merge(resource.kind(), amount(resource), Long::sum));
    }

    boolean take(Resources wanted, Task task) {
      boolean fits = wanted.nanoCpus() <= nanoCpus && wanted.memoryBytes() <= memoryBytes;
      for (GenericResource resource : task.assigned()) {
        fits &= generic.getOrDefault(resource.kind(), 0L) >= amount(resource);
      }
      if (fits) {
        nanoCpus -= wanted.nanoCpus();
        memoryBytes -= wanted.memoryBytes();
        task.assigned()
            .forEach(resource -> generic.merge(resource.kind(), -amount(resource), Long::sum));
      }
      return fits;
    }

    private static long amount(GenericResource resource) {
      return resource instanceof GenericResource.Discrete discrete ? discrete.count() : 1;
    }
  }
}
