package io.swarm4j.orchestrator;

import io.swarm4j.model.NodeId;
import io.swarm4j.model.Reason;
import io.swarm4j.model.Service;
import io.swarm4j.model.ServiceId;
import io.swarm4j.model.SlotKey;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskState;
import io.swarm4j.store.Transaction;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
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
  private static final Reason ENDED = new Reason.Stopped("ended");
  private static final Reason ONE_TOO_MANY =
      new Reason.Stopped("another task of its slot, which was out of reach, is back");

  private final RestartSupervisor restarts;
  private final LostNodes lost;
  private final Map<ServiceId, Plan> plans = new LinkedHashMap<>();

  @SuppressWarnings("NullAway.Init") // set by begin, before anything else is called
  private Control control;

  ReplicatedServices(RestartSupervisor restarts, LostNodes lost) {
    this.restarts = restarts;
    this.lost = lost;
  }

  void begin(Control newControl) {
    control = newControl;
  }

  void end() {
    plans.clear();
  }

  /**
   * Drops what was planned for a service, because something has changed that it did not foresee.
   */
  void replan(ServiceId service) {
    plans.remove(service);
  }

  /** Brings the number of slots to {@code replicas}; returns whether it could finish. */
  boolean reconcile(Transaction tx, Service service, int replicas) {
    Plan plan = plans.get(service.id());
    if (plan == null || plan.specVersion != service.specVersion()) {
      plan = survey(tx, service, replicas);
    }
    boolean done = carryOut(tx, service, plan);
    if (done) {
      plans.remove(service.id());
    } else {
      plans.put(service.id(), plan);
    }
    return done;
  }

  private boolean carryOut(Transaction tx, Service service, Plan plan) {
    while (!tx.isFull() && !plan.drops.isEmpty()) {
      Drop drop = plan.drops.remove();
      tx.tasksIn(service.id(), drop.slot).forEach(task -> TaskWrites.remove(tx, task, drop.cause));
    }
    while (!tx.isFull() && !plan.repairs.isEmpty()) {
      repair(tx, service, plan.repairs.remove());
    }
    while (!tx.isFull() && plan.created < plan.creations.length) {
      int number = plan.creations[plan.created++];
      restarts.fill(tx, service, new SlotKey.Numbered(number));
    }
    return plan.isDone();
  }

  private Plan survey(Transaction tx, Service service, int replicas) {
    Plan plan = new Plan(service.specVersion());
    List<UsedSlot> used = new ArrayList<>();
    for (SlotKey slot : tx.slotsOf(service.id())) {
      List<Task> tasks = tx.tasksIn(service.id(), slot);
      Task occupant = occupant(service, tasks);
      if (occupant == null) {
        plan.drops.add(new Drop(slot, "slot no longer in use"));
      } else {
        boolean broken =
            tasks.stream().anyMatch(task -> needsRepair(tx, task))
                || !StandIns.surplus(tx, service, tasks).isEmpty();
        used.add(new UsedSlot(((SlotKey.Numbered) slot).number(), occupant, broken));
      }
    }
    if (used.size() > replicas) {
      List<UsedSlot> surplus = surplus(used, replicas);
      surplus.forEach(slot -> plan.drops.add(new Drop(slot.occupant.slot(), "scaled down")));
      surplus.clear();
    }
    used.stream()
        .filter(slot -> slot.broken)
        .forEach(slot -> plan.repairs.add(slot.occupant.slot()));
    plan.creations = missing(used, replicas);
    return plan;
  }

  private static int[] missing(List<UsedSlot> used, int replicas) {
    BitSet numbers = new BitSet();
    used.forEach(slot -> numbers.set(slot.number));
    int[] missing = new int[Math.max(0, replicas - used.size())];
    int number = 0;
    for (int i = 0; i < missing.length; i++) {
      number = numbers.nextClearBit(number + 1);
      missing[i] = number;
    }
    return missing;
  }

  /**
   * The task that keeps a slot in use: one that shall run, or the last one if the policy wants no
   * successor.
   */
  private @Nullable Task occupant(Service service, List<Task> tasks) {
    Task newest = null;
    Task alive = null;
    for (Task task : tasks) {
      if (newest == null || !task.meta().createdAt().isBefore(newest.meta().createdAt())) {
        newest = task; // of those made at the same time the last one
      }
      if (task.isDesiredAlive() && (alive == null || task.status().isReady())) {
        alive = task;
      }
    }
    if (alive != null || newest == null) {
      return alive;
    }
    return newest.desiredState() == TaskState.SHUTDOWN && restarts.isFinal(service, newest)
        ? newest
        : null;
  }

  /**
   * The slots to give up, as the tail of {@code used}: those come first whose node has most of the
   * service's tasks, and among them those that do not run.
   */
  private static List<UsedSlot> surplus(List<UsedSlot> used, int replicas) {
    used.sort(
        Comparator.comparing((UsedSlot slot) -> !slot.occupant.status().isReady())
            .thenComparingInt(slot -> slot.number));
    Map<NodeId, Integer> perNode = new LinkedHashMap<>();
    for (UsedSlot slot : used) {
      NodeId node = slot.occupant.nodeId();
      slot.copy = node == null ? Integer.MAX_VALUE : perNode.merge(node, 1, Integer::sum);
    }
    used.sort(Comparator.comparingInt(slot -> slot.copy)); // stable
    return used.subList(replicas, used.size());
  }

  private static boolean needsRepair(Transaction tx, Task task) {
    return task.isDesiredAlive() && (task.state().isTerminal() || LostNodes.holds(tx, task));
  }

  /** Replaces tasks of a slot that have ended or that must leave their node. */
  void repair(Transaction tx, Service service, SlotKey slot) {
    for (Task task : tx.tasksIn(service.id(), slot)) {
      if (task.isDesiredAlive()) {
        if (task.state().isTerminal()) {
          replaceEnded(tx, service, task);
        } else if (task.nodeId() != null && LostNodes.holds(tx, task)) {
          replaceLost(tx, service, task, task.nodeId());
        }
      }
    }
    StandIns.surplus(tx, service, tx.tasksIn(service.id(), slot))
        .forEach(task -> TaskWrites.shutDown(tx, task, ONE_TOO_MANY, ""));
  }

  private void replaceEnded(Transaction tx, Service service, Task task) {
    if (!restarts.waits(task) && !ServiceWrites.holds(service, task)) {
      restarts.restart(tx, service, task, ENDED, "");
    }
  }

  private void replaceLost(Transaction tx, Service service, Task task, NodeId node) {
    if (!lost.mustGo(tx, service, task, node)) {
      return;
    }
    if (!LostNodes.survives(tx, service, node)) {
      lost.moves(
          tx, node, restarts.restart(tx, service, task, LostNodes.reason(tx.node(node), node), ""));
    } else if (!StandIns.hasOne(tx, service, task)) {
      Task standIn = NewTasks.create(control, tx, service, task.slot());
      lost.standsIn(tx, task, node, standIn);
    }
  }

  /** What is to be done to a service; one transaction may not suffice for it. */
  private static final class Plan {
    private final long specVersion;
    private final ArrayDeque<Drop> drops = new ArrayDeque<>();
    private final ArrayDeque<SlotKey> repairs = new ArrayDeque<>();
    private int[] creations = {};
    private int created;

    Plan(long specVersion) {
      this.specVersion = specVersion;
    }

    boolean isDone() {
      return drops.isEmpty() && repairs.isEmpty() && created == creations.length;
    }
  }

  private record Drop(SlotKey slot, String cause) {}

  private static final class UsedSlot {
    private final int number;
    private final Task occupant;
    private final boolean broken;
    private int copy;

    UsedSlot(int number, Task occupant, boolean broken) {
      this.number = number;
      this.occupant = occupant;
      this.broken = broken;
    }
  }
}
