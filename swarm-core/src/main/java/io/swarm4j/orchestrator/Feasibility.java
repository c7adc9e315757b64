package io.swarm4j.orchestrator;

import io.swarm4j.model.Node;
import io.swarm4j.model.PortSpec;
import io.swarm4j.model.PortSpec.PublishMode;
import io.swarm4j.model.Resources;
import io.swarm4j.model.Service;
import io.swarm4j.model.ServiceMode;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskState;
import io.swarm4j.store.Transaction;
import java.util.stream.Stream;

/**
 * Finds out, before any task is touched, whether a roll-out can come to an end at all.
 *
 * <p>It looks at what makes one impossible for certain: resources that others hold may become free,
 * those that no node has at all may not.
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
        return allowed(tx, service.spec()).findAny().isEmpty()
            ? "no active node satisfies the placement of the new spec"
            : "no active node that its placement allows has what the new spec reserves";
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
      boolean full = perNode > 0 && eligible(tx, spec) * perNode <= mode.replicas();
      return full ? "its nodes have no room for one more task each than it wants" : "";
    }
    return hostPorts ? "the old task of each node holds the ports of its node" : "";
  }

  private static long eligible(Transaction tx, ServiceSpec spec) {
    Resources reserved = spec.task().resources().reserved();
    return allowed(tx, spec).filter(node -> node.description().resources().holds(reserved)).count();
  }

  /** Active nodes that satisfy the placement. */
  private static Stream<Node> allowed(Transaction tx, ServiceSpec spec) {
    return tx.nodes().stream()
        .filter(node -> !node.mustBeEmpty())
        .filter(node -> node.spec().availability() == Node.Availability.ACTIVE)
        .filter(node -> spec.task().placement().allows(node));
  }
}
