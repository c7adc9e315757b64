package io.swarm4j.sim;

import io.swarm4j.model.Node;
import io.swarm4j.model.Node.NodeRole;
import io.swarm4j.model.Node.NodeState;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskId;
import io.swarm4j.model.TaskState;
import io.swarm4j.store.View;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

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
      } else if (node.spec().role() != node.role()
          || (node.role() == NodeRole.MANAGER) != cluster.isManager(machine)) {
        problems.add("node " + machine + " shall be a " + node.spec().role());
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
    Instant now = cluster.time().now();
    view.services()
        .forEach(service -> new SettledService(view, service, now, problems::add).look());
    ofRuntimes(cluster, view, problems);
    return problems;
  }

  /** What runs is what the state says, and nothing is left of what the state has forgotten. */
  private static void ofRuntimes(SimulatedCluster cluster, View view, List<String> problems) {
    for (String machine : cluster.machines()) {
      Set<TaskId> known = new HashSet<>();
      Set<TaskId> expected = new HashSet<>();
      for (Task task : view.tasksOn(cluster.node(machine))) {
        known.add(task.id());
        if (task.state() == TaskState.RUNNING) {
          expected.add(task.id());
        }
      }
      SimulatedRuntime runtime = cluster.runtime(machine);
      Set<TaskId> running = new HashSet<>(runtime.runningTasks());
      if (!running.equals(expected)) {
        problems.add(machine + " runs " + running + ", and the state says " + expected);
      }
      Set<TaskId> left = new HashSet<>(runtime.tasks());
      left.removeAll(known);
      if (!left.isEmpty()) {
        problems.add(machine + " still has " + left + ", of which the state knows nothing");
      }
    }
  }
}
