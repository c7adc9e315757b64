package io.swarm4j.sim;

import io.swarm4j.model.GenericResource;
import io.swarm4j.model.Node;
import io.swarm4j.model.NodeId;
import io.swarm4j.model.PortSpec;
import io.swarm4j.model.PortSpec.PublishMode;
import io.swarm4j.model.Resources;
import io.swarm4j.model.ServiceId;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskState;
import io.swarm4j.store.Change;
import io.swarm4j.store.Commit;
import io.swarm4j.store.State;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Map;
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
          && takesRoom(after)
          && !(change.before() instanceof Task before && takesRoom(before))
          && isConstrained(commit.after(), after)) {
        touched.add(after.nodeId());
      }
    }
    touched.forEach(node -> checkNode(commit.after(), node, breach));
  }

  private static boolean takesRoom(Task task) {
    return task.holdsNode() && !task.state().isBefore(TaskState.ASSIGNED);
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
    Resources total = node.description().resources();
    long cpus = 0;
    long memory = 0;
    Set<GenericResource.Named> units = new HashSet<>();
    Set<String> ports = new HashSet<>();
    Map<ServiceId, Integer> perService = new HashMap<>();
    for (Task task : state.tasksOn(id)) {
      if (!takesRoom(task)) {
        continue;
      }
      ServiceSpec spec = state.specOf(task);
      cpus += spec.task().resources().reserved().nanoCpus();
      memory += spec.task().resources().reserved().memoryBytes();
      for (GenericResource resource : task.assigned()) {
        if (resource instanceof GenericResource.Named unit && !units.add(unit)) {
          breach.accept(unit + " of node " + node.hostname() + " was given to two tasks");
        }
      }
      for (PortSpec port : spec.endpoint().ports()) {
        boolean taken =
            port.publishMode() == PublishMode.HOST
                && port.published() != 0
                && !ports.add(port.protocol() + "/" + port.published());
        if (taken) {
          breach.accept(
              "host port "
                  + port.published()
                  + " of node "
                  + node.hostname()
                  + " was given to two tasks");
        }
      }
      int limit = spec.task().placement().maxReplicasPerNode();
      int count = task.isDesiredAlive() ? perService.merge(task.serviceId(), 1, Integer::sum) : 0;
      if (limit > 0 && count > limit) {
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
    if (cpus > total.nanoCpus() || memory > total.memoryBytes()) {
      breach.accept(
          "node "
              + node.hostname()
              + " has "
              + total
              + ", but "
              + cpus
              + " nano-CPUs and "
              + memory
              + " bytes are reserved");
    }
  }
}
