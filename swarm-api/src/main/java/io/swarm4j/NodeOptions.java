package io.swarm4j;

import io.swarm4j.model.Check;
import io.swarm4j.model.Fault;
import io.swarm4j.model.Node.NodeRole;
import java.util.Map;

/**
 * A node of an embedded swarm.
 *
 * @param name its host name, unique in the swarm
 * @param role its role
 * @param labels its labels, {@code node.labels.*}
 */
public record NodeOptions(String name, NodeRole role, Map<String, String> labels) {

  public NodeOptions {
    labels = Map.copyOf(labels);
    Check.of("NodeOptions")
        .that(
            name.matches("[A-Za-z0-9][A-Za-z0-9.-]{0,62}"),
            Fault.Code.INVALID,
            "name",
            name,
            "a host name")
        .orThrow();
  }

  /** A manager, which also runs tasks. */
  public static NodeOptions manager(String name) {
    return new NodeOptions(name, NodeRole.MANAGER, Map.of());
  }

  /** A worker. */
  public static NodeOptions worker(String name) {
    return new NodeOptions(name, NodeRole.WORKER, Map.of());
  }
}
