package io.swarm4j.orchestrator;

import io.swarm4j.model.Node;
import io.swarm4j.model.NodeId;
import io.swarm4j.model.Reason;
import io.swarm4j.model.Service;
import io.swarm4j.model.ServiceId;
import io.swarm4j.model.SlotKey;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskState;
import io.swarm4j.store.Transaction;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Services with a number of interchangeable tasks.
 *
 * <p>Slots are numbered from 1, new ones take the lowest free number, and they stay when their
 * tasks change. When there are too many, those go first whose node has most of the service's tasks.
 */
final class ReplicatedServices {
  private final RestartSupervisor restarts;
  private final Map<ServiceId, Creation> creations = new LinkedHashMap<>();

  @SuppressWarnings("NullAway.Init") // set by begin, before anything else is called
  private Control control;

  /** Slots still to be filled, when one turn could not fill them all. */
  private static final class Creation {
    private final long specVersion;
    private final int[] slots;
    private int next;

    Creation(long specVersion, int[] slots) {
      this.specVersion = specVersion;
      this.slots = slots;
    }
  }

  ReplicatedServices(RestartSupervisor restarts) {
    this.restarts = restarts;
  }

  void begin(Control newControl) {
    control = newControl;
  }

  void end() {
    creations.clear();
  }

  /** Brings the number of slots to {@code replicas}; returns whether it could finish. */
  boolean reconcile(Transaction tx, Service service, int replicas) {
    Creation creation = creations.get(service.id());
    if (creation == null || creation.specVersion != service.specVersion()) {
      creation = survey(tx, service, replicas);
    }
    while (creation.next < creation.slots.length && !tx.isFull()) {
      NewTasks.create(control, tx, service, new SlotKey.Numbered(creation.slots[creation.next++]));
    }
    if (creation.next < creation.slots.length) {
      creations.put(service.id(), creation);
      return false;
    }
    creations.remove(service.id());
    return true;
  }

  private Creation survey(Transaction tx, Service service, int replicas) {
    List<RunnableSlot> runnable = new ArrayList<>();
    List<Task> dead = new ArrayList<>();
    for (SlotKey slot : tx.slotsOf(service.id())) {
      List<Task> tasks = tx.tasksIn(service.id(), slot);
      Task occupant = occupant(service, tasks);
      if (occupant == null) {
        dead.addAll(tasks);
      } else {
        runnable.add(new RunnableSlot(((SlotKey.Numbered) slot).number(), occupant));
      }
    }
    dead.forEach(task -> TaskWrites.remove(tx, task, "slot no longer in use"));
    if (runnable.size() > replicas) {
      scaleDown(tx, service, runnable, replicas);
    }
    for (RunnableSlot slot : runnable) {
      repair(tx, service, slot.occupant.slot());
    }
    return new Creation(service.specVersion(), missing(runnable, replicas));
  }

  private static int[] missing(List<RunnableSlot> runnable, int replicas) {
    BitSet used = new BitSet();
    runnable.forEach(slot -> used.set(slot.number));
    int[] slots = new int[Math.max(0, replicas - runnable.size())];
    int number = 0;
    for (int i = 0; i < slots.length; i++) {
      number = used.nextClearBit(number + 1);
      slots[i] = number;
    }
    return slots;
  }

  /**
   * The task that keeps a slot in use: one that shall run, or the last one if the policy wants no
   * successor.
   */
  private @Nullable Task occupant(Service service, List<Task> tasks) {
    Task newest = null;
    Task alive = null;
    for (Task task : tasks) {
      if (newest == null || task.meta().createdAt().isAfter(newest.meta().createdAt())) {
        newest = task;
      }
      if (task.isDesiredAlive() && (alive == null || task.state() == TaskState.RUNNING)) {
        alive = task;
      }
    }
    if (alive != null || newest == null) {
      return alive;
    }
    boolean keepsSlot =
        newest.state().isTerminal()
            && newest.desiredState() == TaskState.SHUTDOWN
            && newest.state() != TaskState.SHUTDOWN
            && restarts.isFinal(service, newest);
    return keepsSlot ? newest : null;
  }

  private record RunnableSlot(int number, Task occupant) {
    boolean isRunning() {
      return occupant.state() == TaskState.RUNNING;
    }
  }

  private static void scaleDown(
      Transaction tx, Service service, List<RunnableSlot> runnable, int replicas) {
    runnable.sort(
        Comparator.comparing((RunnableSlot slot) -> !slot.isRunning())
            .thenComparingInt(RunnableSlot::number));
    Map<NodeId, Integer> perNode = new HashMap<>();
    Map<RunnableSlot, Integer> copy = new HashMap<>();
    for (RunnableSlot slot : runnable) {
      NodeId node = slot.occupant.nodeId();
      copy.put(slot, node == null ? Integer.MAX_VALUE : perNode.merge(node, 1, Integer::sum));
    }
    runnable.sort(Comparator.comparing(copy::get)); // stable: running first, then lower numbers
    List<RunnableSlot> surplus = runnable.subList(replicas, runnable.size());
    for (RunnableSlot slot : surplus) {
      tx.tasksIn(service.id(), slot.occupant.slot())
          .forEach(task -> TaskWrites.remove(tx, task, "scaled down"));
    }
    surplus.clear();
  }

  /** Replaces tasks of a slot that have ended or whose node is lost. */
  void repair(Transaction tx, Service service, SlotKey slot) {
    for (Task task : tx.tasksIn(service.id(), slot)) {
      if (!task.isDesiredAlive()) {
        continue;
      }
      if (task.state().isTerminal()) {
        restarts.restart(tx, service, task, new Reason.Stopped("ended"), "");
      } else if (task.nodeId() != null) {
        Node node = tx.node(task.nodeId());
        if (node == null || node.mustBeEmpty()) {
          restarts.restart(tx, service, task, LostNodes.reason(node, task.nodeId()), "");
        }
      }
    }
  }
}
