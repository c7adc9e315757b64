package io.swarm4j.sim;

import io.swarm4j.model.GenericResource;
import io.swarm4j.model.Node;
import io.swarm4j.model.NodeId;
import io.swarm4j.model.Resources;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.Task;
import io.swarm4j.store.Change;
import io.swarm4j.store.Commit;
import io.swarm4j.store.State;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Consumer;

/**
 * A node that gets a task has room for it: resources, named units, host ports, and no more tasks of
 * a service than its placement allows.
 */
final class CapacityIsKept implements Invariant {

  @Override
  public String name() {
    return "capacity is never exceeded";
  }

  @Override
  public void check(Commit commit, Consumer<String> breach) {
    Set<NodeId> touched = new LinkedHashSet<>();
    for (Change change : commit.changes()) {
      if (change.after() instanceof Task after
          && NodeLoad.takesRoom(after)
          && !(change.before() instanceof Task before && NodeLoad.takesRoom(before))
          && isConstrained(commit.after(), after)) {
        touched.add(after.nodeId());
      }
    }
    touched.forEach(node -> checkNode(commit.after(), node, breach));
  }

  /** Whether it asks for anything that can run out. */
  private static boolean isConstrained(State state, Task task) {
    ServiceSpec spec = state.specOf(task);
    return !spec.task().resources().reserved().isNone()
        || spec.task().placement().maxReplicasPerNode() > 0
        || !spec.endpoint().ports().isEmpty();
  }

  @Override
  public void check(State state, Consumer<String> breach) {
    state.nodes().forEach(node -> checkNode(state, node.id(), breach));
  }

  private static void checkNode(State state, NodeId id, Consumer<String> breach) {
    Node node = state.node(id);
    if (node == null) {
      return;
    }
    Set<GenericResource.Named> units = new HashSet<>();
    Set<String> ports = new HashSet<>();
    NodeLoad load = NodeLoad.of(state, id);
    for (Task task : state.tasksOn(id)) {
      if (!NodeLoad.takesRoom(task)) {
        continue;
      }
      for (GenericResource resource : task.assigned()) {
        if (resource instanceof GenericResource.Named unit && !units.add(unit)) {
          breach.accept(unit + " of node " + node.hostname() + " was given to two tasks");
        }
      }
      ServiceSpec spec = state.specOf(task);
      for (String port : NodeLoad.hostPorts(spec)) {
        if (!ports.add(port)) {
          breach.accept(
              "host port " + port + " of node " + node.hostname() + " was given to two tasks");
        }
      }
      int limit = spec.task().placement().maxReplicasPerNode();
      int count = load.tasksOf(task.serviceId());
      if (limit > 0 && task.isDesiredAlive() && count > limit) {
        breach.accept(
            count
                + " tasks of service "
                + spec.name()
                + " on node "
                + node.hostname()
                + ", which allows "
                + limit);
      }
    }
    Resources total = node.description().resources();
    if (load.exceeds(total)) {
      breach.accept(
          "node " + node.hostname() + " has " + total + ", but " + load + " are reserved");
    }
  }
}
