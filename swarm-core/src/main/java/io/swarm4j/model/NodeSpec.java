package io.swarm4j.model;

import io.swarm4j.model.Node.Availability;
import io.swarm4j.model.Node.NodeRole;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What operators want of a node.
 *
 * @param name free name; null if none was given
 * @param labels labels for constraints and preferences, {@code node.labels.*}
 * @param role the role it shall have
 * @param availability whether it may run tasks
 */
public record NodeSpec(
    @Nullable String name, Map<String, String> labels, NodeRole role, Availability availability) {

  public NodeSpec {
    labels = Copies.map(labels);
    role = Copies.or(role, NodeRole.WORKER);
    availability = Copies.or(availability, Availability.ACTIVE);
    Check check = Check.of("NodeSpec");
    for (String key : labels.keySet()) {
      check.that(!key.isBlank(), Fault.Code.MISSING, "labels", key, "a label key");
    }
    check.orThrow();
  }

  /** Active, without labels. */
  public static NodeSpec of(NodeRole role) {
    return new NodeSpec(null, Map.of(), role, Availability.ACTIVE);
  }

  /** The same with another availability. */
  public NodeSpec withAvailability(Availability newAvailability) {
    return new NodeSpec(name, labels, role, newAvailability);
  }

  /** The same with another role. */
  public NodeSpec withRole(NodeRole newRole) {
    return new NodeSpec(name, labels, newRole, availability);
  }

  /** The same with other labels. */
  public NodeSpec withLabels(Map<String, String> newLabels) {
    return new NodeSpec(name, newLabels, role, availability);
  }
}
