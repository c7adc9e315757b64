package io.swarm4j.orchestrator;

import io.swarm4j.model.Node;
import io.swarm4j.model.PortSpec;
import io.swarm4j.model.PortSpec.PublishMode;
import io.swarm4j.model.Service;
import io.swarm4j.model.ServiceMode;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskState;
import io.swarm4j.store.Transaction;

/**
 * Finds out, before any task is touched, whether a roll-out can come to an end at all.
 *
 * <p>It looks at what makes one impossible for certain; resources that are short may become free.
 */
final class Feasibility {
  private Feasibility() {}

  /**
   * Why no node can take a task of the present spec, so that to begin would only end tasks that
   * run; empty if one can, or nothing runs.
   */
  static String obstacle(Transaction tx, Service service) {
    if (service.spec().mode().isGlobal() || eligible(tx, service.spec()) > 0) {
      return "";
    }
    for (Task task : tx.tasksOf(service.id())) {
      if (task.isDesiredAlive() && task.state() == TaskState.RUNNING) {
        return "no active node satisfies the placement of the new spec";
      }
    }
    return "";
  }

  /** Why a new task can never start beside the old one of its slot; empty if it can. */
  static String noRoomBeside(Transaction tx, Service service) {
    ServiceSpec spec = service.spec();
    boolean hostPorts =
        spec.endpoint().ports().stream()
            .map(PortSpec::publishMode)
            .anyMatch(mode -> mode == PublishMode.HOST);
    if (spec.mode() instanceof ServiceMode.Replicated mode) {
      int perNode = hostPorts ? 1 : spec.task().placement().maxReplicasPerNode();
      boolean full = perNode > 0 && (long) eligible(tx, spec) * perNode <= mode.replicas();
      return full ? "its nodes have no room for one more task each than it wants" : "";
    }
    return hostPorts ? "the old task of each node holds the ports of its node" : "";
  }

  private static int eligible(Transaction tx, ServiceSpec spec) {
    int count = 0;
    for (Node node : tx.nodes()) {
      boolean active =
          !node.mustBeEmpty() && node.spec().availability() == Node.Availability.ACTIVE;
      count += active && spec.task().placement().allows(node) ? 1 : 0;
    }
    return count;
  }
}
