package io.swarm4j.orchestrator;

import io.swarm4j.model.Node;
import io.swarm4j.model.NodeId;
import io.swarm4j.model.Service;
import io.swarm4j.model.ServiceId;
import io.swarm4j.model.ServiceMode;
import io.swarm4j.model.SlotKey;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskState;
import io.swarm4j.store.Change;
import io.swarm4j.store.Transaction;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Keeps services at the tasks that they want: finds out which services and slots a change touches,
 * and lets the service's mode repair just those.
 */
public final class ServiceOrchestrator implements Reconciler {
  private final Set<NodeId> unchecked = new LinkedHashSet<>();
  private final LostNodes lost = new LostNodes(unchecked::add);
  private final ReplicatedServices replicated;
  private final GlobalServices global;
  private final JobServices jobs;
  private final Set<ServiceId> dirtyServices = new LinkedHashSet<>();
  private final Set<Slot> dirtySlots = new LinkedHashSet<>();
  private final Map<ServiceId, Deque<SlotKey>> removals = new LinkedHashMap<>();
  private final Set<ServiceId> heldRemovals = new LinkedHashSet<>();
  private @Nullable List<ServiceId> globals;

  @SuppressWarnings("NullAway.Init") // set by begin, before anything else is called
  private Control control;

  private record Slot(ServiceId service, SlotKey key) {}

  public ServiceOrchestrator(RestartSupervisor restarts) {
    this.replicated = new ReplicatedServices(restarts, lost);
    this.global = new GlobalServices(restarts, lost);
    this.jobs = new JobServices(restarts, lost);
    restarts.onOverdue(this::touch);
  }

  @Override
  public void begin(Control newControl, Transaction tx) {
    control = newControl;
    lost.begin(newControl);
    replicated.begin(newControl);
    jobs.begin(newControl);
    tx.services().forEach(service -> dirtyServices.add(service.id()));
  }

  @Override
  public void reconcile(List<Change> changes, Transaction tx) {
    globals = null;
    lost.reconcile(changes, tx);
    if (!changes.isEmpty()) {
      dirtyServices.addAll(heldRemovals);
      heldRemovals.clear();
    }
    for (Change change : changes) {
      if (change.latest() instanceof Task) {
        taskChanged((Task) change.before(), (Task) change.after(), tx);
      } else if (change.latest() instanceof Service service) {
        serviceChanged((Service) change.before(), service, change.after() == null);
      } else if (change.latest() instanceof Node node) {
        nodeChanged((Node) change.before(), node, change.after() == null, tx);
      }
    }
    unchecked.forEach(node -> markTasksOn(node, tx));
    unchecked.clear();
    work(tx);
  }

  private void markTasksOn(NodeId node, Transaction tx) {
    for (Task task : tx.tasksOn(node)) {
      if (task.isDesiredAlive()) {
        touch(task, tx);
      }
    }
  }

  private void taskChanged(@Nullable Task before, @Nullable Task after, Transaction tx) {
    if (after == null) {
      if (before != null && before.isDesiredAlive()) {
        refill(before, tx);
      }
    } else if (after.isDesiredAlive()
        ? after.state().isTerminal() || cameToLostNode(before, after, tx) || isBack(before, after)
        : hasCompleted(before, after)) {
      touch(after, tx);
    }
  }

  /** Whether the task of a job was through with its work before it heard that it shall end. */
  private static boolean hasCompleted(@Nullable Task before, Task after) {
    return after.iteration() > 0
        && after.state() == TaskState.COMPLETE
        && (before == null || before.state() != TaskState.COMPLETE);
  }

  /** Whether a task was out of reach that is not any more. */
  private static boolean isBack(@Nullable Task before, Task after) {
    return before != null && LostNodes.isCutOff(before) && !LostNodes.isCutOff(after);
  }

  /** A task was deleted that was still wanted. */
  private void refill(Task deleted, Transaction tx) {
    if (deleted.slot() instanceof SlotKey.OnNode) {
      touch(deleted, tx);
    } else {
      replicated.replan(deleted.serviceId());
      dirtyServices.add(deleted.serviceId());
    }
  }

  /**
   * Has a task's slot looked at, or its whole service if the slots of that depend on each other.
   */
  private void touch(Task task, Transaction tx) {
    Service service = tx.service(task.serviceId());
    if (service != null && service.spec().mode().isJob()) {
      dirtyServices.add(service.id());
    } else {
      dirtySlots.add(new Slot(task.serviceId(), task.slot()));
    }
  }

  private static boolean cameToLostNode(@Nullable Task before, Task after, Transaction tx) {
    if (after.nodeId() == null || (before != null && before.nodeId() != null)) {
      return false;
    }
    Node node = tx.node(after.nodeId());
    return node == null || node.mustBeEmpty();
  }

  private void serviceChanged(@Nullable Service before, Service service, boolean deleted) {
    if (!deleted
        && (before == null
            || before.specVersion() != service.specVersion()
            || !Objects.equals(before.job(), service.job())
            || before.isRemoved() != service.isRemoved()
            || (ServiceWrites.isPaused(before) && !ServiceWrites.isPaused(service)))) {
      dirtyServices.add(service.id());
    }
  }

  private void nodeChanged(@Nullable Node before, Node node, boolean deleted, Transaction tx) {
    if (deleted || node.mustBeEmpty()) {
      markTasksOn(node.id(), tx);
    }
    if (before == null || deleted || concernsPlacement(before, node)) {
      SlotKey slot = new SlotKey.OnNode(node.id());
      globals(tx).forEach(service -> dirtySlots.add(new Slot(service, slot)));
      tx.services().stream()
          .filter(service -> service.spec().mode() instanceof ServiceMode.GlobalJob)
          .forEach(service -> dirtyServices.add(service.id()));
    }
  }

  /** Global services, looked up once for all nodes that change together. */
  private List<ServiceId> globals(Transaction tx) {
    if (globals == null) {
      globals =
          tx.services().stream()
              .filter(service -> service.spec().mode() instanceof ServiceMode.Global)
              .map(Service::id)
              .toList();
    }
    return globals;
  }

  private static boolean concernsPlacement(Node before, Node after) {
    return before.status().state() != after.status().state()
        || !before.spec().equals(after.spec())
        || before.role() != after.role()
        || !before.description().equals(after.description());
  }

  private void work(Transaction tx) {
    for (Iterator<ServiceId> i = dirtyServices.iterator(); i.hasNext(); ) {
      ServiceId id = i.next();
      Service service = tx.service(id);
      if (service == null || reconcileService(tx, service)) {
        i.remove();
      }
      if (tx.isFull()) {
        break;
      }
    }
    for (Iterator<Slot> i = dirtySlots.iterator(); i.hasNext() && !tx.isFull(); ) {
      Slot slot = i.next();
      i.remove();
      Service service = tx.service(slot.service());
      if (service != null && !service.isRemoved()) {
        repair(tx, service, slot.key());
      }
    }
    if (!dirtyServices.isEmpty() || !dirtySlots.isEmpty()) {
      control.again();
    }
  }

  /** Returns whether all is done, rather than cut short because the transaction is full. */
  private boolean reconcileService(Transaction tx, Service service) {
    if (service.isRemoved()) {
      replicated.replan(service.id());
      if (Dependencies.isHeldByDependents(tx, service)) {
        heldRemovals.add(service.id());
        return true;
      }
      return removeTasks(tx, service);
    } else if (service.spec().mode() instanceof ServiceMode.Replicated mode) {
      return replicated.reconcile(tx, service, mode.replicas());
    } else if (service.spec().mode() instanceof ServiceMode.Global) {
      return global.reconcile(tx, service);
    }
    return jobs.reconcile(tx, service);
  }

  private boolean removeTasks(Transaction tx, Service service) {
    Deque<SlotKey> slots =
        removals.computeIfAbsent(service.id(), id -> new ArrayDeque<>(tx.slotsOf(id)));
    while (!slots.isEmpty() && !tx.isFull()) {
      tx.tasksIn(service.id(), slots.remove())
          .forEach(task -> TaskWrites.remove(tx, task, "service removed"));
    }
    if (slots.isEmpty()) {
      removals.remove(service.id());
      return true;
    }
    return false;
  }

  private void repair(Transaction tx, Service service, SlotKey slot) {
    if (service.spec().mode() instanceof ServiceMode.Replicated) {
      replicated.repair(tx, service, slot);
    } else if (service.spec().mode() instanceof ServiceMode.Global
        && slot instanceof SlotKey.OnNode onNode) {
      global.repair(tx, service, onNode);
    }
  }

  @Override
  public void end() {
    dirtyServices.clear();
    dirtySlots.clear();
    removals.clear();
    heldRemovals.clear();
    replicated.end();
    lost.end();
    unchecked.clear();
  }
}
