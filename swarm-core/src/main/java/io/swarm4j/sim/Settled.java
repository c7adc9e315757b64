package io.swarm4j.sim;

import io.swarm4j.model.Node;
import io.swarm4j.model.Node.NodeState;
import io.swarm4j.model.Reason;
import io.swarm4j.model.Service;
import io.swarm4j.model.ServiceMode;
import io.swarm4j.model.SlotKey;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskId;
import io.swarm4j.model.TaskState;
import io.swarm4j.model.UpdateStatus.State;
import io.swarm4j.orchestrator.Dirt;
import io.swarm4j.store.View;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Tells whether a simulated swarm has become what its specs say. */
final class Settled {
  private Settled() {}

  /** What is still on its way; empty if nothing is. */
  static List<String> problems(SimulatedCluster cluster) {
    List<String> problems = new ArrayList<>();
    if (cluster.leader() == null) {
      problems.add("no manager leads");
      return problems;
    }
    View view = cluster.view();
    for (String machine : cluster.machines()) {
      Node node = view.node(cluster.node(machine));
      if (node == null || node.status().state() != NodeState.READY) {
        problems.add("node " + machine + " is " + (node == null ? "gone" : node.status()));
      }
    }
    cluster
        .revisions()
        .forEach(
            (machine, revision) -> {
              if (revision != view.revision()) {
                problems.add(machine + " is at revision " + revision + " of " + view.revision());
              }
            });
    view.services().forEach(service -> ofService(view, service, problems));
    ofRuntimes(cluster, view, problems);
    return problems;
  }

  private static void ofService(View view, Service service, List<String> problems) {
    String name = "service " + service.name();
    if (service.isRemoved()) {
      problems.add(name + " is still being removed");
      return;
    }
    boolean paused = false;
    if (service.updateStatus() != null) {
      State state = service.updateStatus().state();
      paused = state == State.PAUSED || state == State.ROLLBACK_PAUSED;
      if (state == State.UPDATING || state == State.ROLLBACK_STARTED) {
        problems.add(name + " is " + state + " since " + service.updateStatus().startedAt());
      }
    }
    Set<SlotKey> slots = new HashSet<>();
    for (Task task : view.tasksOf(service.id())) {
      if (!task.isDesiredAlive()) {
        if (!task.state().isTerminal()) {
          problems.add("task " + view.nameOf(task) + " " + task.id() + " has not ended");
        }
        continue;
      }
      if (!slots.add(task.slot()) && !paused) { // paused half way, both wait for their user
        problems.add(name + " has two tasks in slot " + task.slot());
      }
      boolean waitsForGood = isLasting(task.status().reason());
      if (task.state() != TaskState.RUNNING && !waitsForGood) {
        problems.add("task " + view.nameOf(task) + " " + task.id() + " is " + task.status());
      } else if (!paused && !isOnPausedNode(view, task) && Dirt.isDirty(view, service, task)) {
        problems.add("task " + view.nameOf(task) + " " + task.id() + " runs an old spec");
      }
    }
    boolean mayGiveUp = service.spec().task().effectiveRestart().maxAttempts() > 0;
    int least = mayGiveUp ? 0 : wanted(view, service, false);
    int most = wanted(view, service, true);
    if (slots.size() < least || slots.size() > most) {
      problems.add(name + " has tasks in " + slots.size() + " slots and wants " + most);
    }
  }

  /** A paused node gets no new task, and so keeps an old one through an update. */
  private static boolean isOnPausedNode(View view, Task task) {
    Node node = task.nodeId() == null ? null : view.node(task.nodeId());
    return node != null && node.spec().availability() == Node.Availability.PAUSE;
  }

  /** Whether a task may wait for that reason without end, though nothing is broken. */
  private static boolean isLasting(@Nullable Reason reason) {
    return reason instanceof Reason.NoSuitableNode
        || reason instanceof Reason.Allocation
        || reason instanceof Reason.Waiting
        || reason instanceof Reason.Quota
        || reason instanceof Reason.CrashLoop;
  }

  /** How many tasks there shall be; paused nodes keep those of global services that they have. */
  private static int wanted(View view, Service service, boolean onPausedNodes) {
    if (service.spec().mode() instanceof ServiceMode.Replicated replicated) {
      return replicated.replicas();
    }
    int nodes = 0;
    for (Node node : view.nodes()) {
      boolean eligible =
          !node.mustBeEmpty()
              && service.spec().task().placement().allows(node)
              && (onPausedNodes || node.spec().availability() == Node.Availability.ACTIVE);
      nodes += eligible ? 1 : 0;
    }
    return nodes;
  }

  /** What runs is what the state says. */
  private static void ofRuntimes(SimulatedCluster cluster, View view, List<String> problems) {
    for (String machine : cluster.machines()) {
      Set<TaskId> expected = new HashSet<>();
      for (Task task : view.tasksOn(cluster.node(machine))) {
        if (task.state() == TaskState.RUNNING) {
          expected.add(task.id());
        }
      }
      Set<TaskId> running = new HashSet<>(cluster.runtime(machine).runningTasks());
      if (!running.equals(expected)) {
        problems.add(machine + " runs " + running + ", and the state says " + expected);
      }
    }
  }
}
