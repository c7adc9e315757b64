package io.swarm4j.sim;

import io.swarm4j.model.Node;
import io.swarm4j.model.Node.NodeState;
import io.swarm4j.model.NodeId;
import io.swarm4j.model.Reason;
import io.swarm4j.model.Service;
import io.swarm4j.model.ServiceId;
import io.swarm4j.model.SlotKey;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskId;
import io.swarm4j.model.TaskState;
import io.swarm4j.model.UpdatePolicy.UpdateOrder;
import io.swarm4j.orchestrator.ServiceWrites;
import io.swarm4j.store.Change;
import io.swarm4j.store.Commit;
import io.swarm4j.store.State;
import io.swarm4j.store.View;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A slot has one task that shall live; with start-first updates, one of each spec version.
 *
 * <p>A task is let go only when those before it in the slot have ended, are out of reach, or were
 * given a minute to end.
 */
final class SlotsAreNotShared implements Invariant {
  private static final Duration TIME_TO_END = Duration.ofMinutes(1);

  /** What clocks of several managers may differ by, and rounding. */
  private static final Duration TOLERANCE = Duration.ofSeconds(1);

  private final Map<TaskId, Instant> toldToEnd = new HashMap<>();
  private final Set<TaskId> outOfReach = new HashSet<>();

  @Override
  public String name() {
    return "never two live tasks in a slot beyond what the update order allows";
  }

  @Override
  public void check(Commit commit, Consumer<String> breach) {
    for (Change change : commit.changes()) {
      if (change.latest() instanceof Node node) {
        nodeChanged(commit.before(), node, change.after() == null);
      }
    }
    for (Change change : commit.changes()) {
      if (change.latest() instanceof Task task) {
        taskChanged(commit, (Task) change.before(), (Task) change.after(), breach);
        if (change.after() == null) {
          toldToEnd.remove(task.id());
          outOfReach.remove(task.id());
        }
      }
    }
  }

  private void nodeChanged(View before, Node node, boolean deleted) {
    if (deleted || node.status().state() == NodeState.DOWN) {
      before.tasksOn(node.id()).stream()
          .filter(task -> !task.state().isTerminal())
          .forEach(task -> outOfReach.add(task.id()));
    }
  }

  private void taskChanged(
      Commit commit, @Nullable Task before, @Nullable Task after, Consumer<String> breach) {
    if (after == null) {
      return;
    }
    if (!after.isDesiredAlive()) {
      if (before == null || before.isDesiredAlive()) {
        toldToEnd.put(after.id(), commit.at());
      }
      return;
    }
    if (before == null) {
      checkBeside(commit, after, breach);
    }
    boolean wasLetGo = before != null && before.desiredState().isAfter(TaskState.READY);
    if (before == null || before.state() != after.state() || !wasLetGo) {
      checkSlot(commit.after(), after.serviceId(), after.slot(), breach);
    }
    if (!wasLetGo && after.desiredState().isAfter(TaskState.READY)) {
      checkLetGo(commit, after, breach);
    }
  }

  /** Where a new task joins one that lives on, the order that is in force says so. */
  private static void checkBeside(Commit commit, Task fresh, Consumer<String> breach) {
    Service service = commit.after().service(fresh.serviceId());
    long now = living(commit.after(), fresh);
    if (service != null
        && now > 1
        && now > living(commit.before(), fresh)
        && ServiceWrites.rolloutPolicy(service).order() != UpdateOrder.START_FIRST) {
      breach.accept(
          "task "
              + fresh.id()
              + " joins another one in slot "
              + fresh.slot()
              + " of service "
              + service.name()
              + ", which stops the old one first");
    }
  }

  private static long living(State state, Task inSlot) {
    return state.tasksIn(inSlot.serviceId(), inSlot.slot()).stream()
        .filter(SlotsAreNotShared::lives)
        .count();
  }

  /**
   * Whether a task takes its slot. One that is cut off and shall be kept has a stand-in, and what a
   * run of a job has done leaves room for another run.
   */
  private static boolean lives(Task task) {
    return task.isDesiredAlive()
        && !(task.status().reason() instanceof Reason.NodeLost)
        && !(isOfJob(task) && task.state().isTerminal());
  }

  private static boolean isOfJob(Task task) {
    return task.iteration() > 0;
  }

  private void checkLetGo(Commit commit, Task free, Consumer<String> breach) {
    View state = commit.after();
    List<Task> slot = state.tasksIn(free.serviceId(), free.slot());
    if (slot.stream().filter(Task::isDesiredAlive).count() > 1) {
      return; // a start-first update, which the other rule watches
    }
    for (Task other : slot) {
      boolean over =
          other.id().equals(free.id())
              || other.iteration() != free.iteration()
              || other.state().isTerminal()
              || other.desiredState() == TaskState.REMOVE // left the slot by scaling
              || outOfReach.contains(other.id())
              || isLost(state, other.nodeId());
      Instant told = toldToEnd.getOrDefault(other.id(), Instant.MIN);
      if (!over && commit.at().isBefore(told.plus(TIME_TO_END).minus(TOLERANCE))) {
        breach.accept(
            "task "
                + state.nameOf(free)
                + " "
                + free.id()
                + " was let go while "
                + other.id()
                + " is "
                + other.state()
                + " in the same slot, told to end at "
                + told);
      }
    }
  }

  private static boolean isLost(State state, @Nullable NodeId id) {
    Node node = id == null ? null : state.node(id);
    return node == null || node.status().state() == NodeState.DOWN;
  }

  @Override
  public void check(State state, Consumer<String> breach) {
    for (Service service : state.services()) {
      for (SlotKey slot : state.slotsOf(service.id())) {
        checkSlot(state, service.id(), slot, breach);
      }
    }
  }

  private static void checkSlot(State state, ServiceId id, SlotKey slot, Consumer<String> breach) {
    Service service = state.service(id);
    List<Task> tasks = state.tasksIn(id, slot);
    if (service == null || tasks.size() < 2) {
      return;
    }
    long alive = 0;
    Set<Long> versions = new HashSet<>();
    for (Task task : tasks) {
      if (lives(task)) {
        alive++;
        versions.add(task.specVersion());
      }
    }
    long allowed = ServiceWrites.mayStartFirst(service) ? Math.max(1, versions.size()) : 1;
    if (alive > allowed) {
      breach.accept(
          alive
              + " tasks shall live in slot "
              + slot
              + " of service "
              + service.name()
              + ": "
              + tasks.stream().filter(Task::isDesiredAlive).map(Task::id).toList());
    }
  }
}
