package io.swarm4j.network.lb;

import io.swarm4j.model.Check;
import java.net.InetSocketAddress;

/**
 * One place that can serve connections: a task's address and port.
 *
 * @param id names the backend in counts and in {@link Balancer#drained}; one id may stand for
 *     several addresses in several frontends (a task with two ports)
 * @param address where to connect to; resolved, with a port
 * @param sameNode whether it runs on the balancer's own node; a backend elsewhere is watched by TCP
 *     keep-alive, since its node can vanish without a word
 * @param weight its share of the connections, compared to the others; 1 to 1000
 */
public record Backend(String id, InetSocketAddress address, boolean sameNode, int weight) {
  private static final int HIGHEST_WEIGHT = 1000;

  /** With the same share as others. */
  public Backend(String id, InetSocketAddress address, boolean sameNode) {
    this(id, address, sameNode, 1);
  }

  /**
   * Validates the fields.
   *
   * @throws io.swarm4j.model.InvalidSpecException if the id is blank or the address cannot be
   *     connected to
   */
  public Backend {
    Check.of("Backend '" + id + "'")
        .that(!id.isBlank(), "id", id, "the id of its task")
        .that(
            !address.isUnresolved() && address.getPort() != 0,
            "address",
            address,
            "a resolved address and a port from 1 to 65535")
        .that(weight >= 1 && weight <= HIGHEST_WEIGHT, "weight", weight, "1 to " + HIGHEST_WEIGHT)
        .orThrow();
  }
}
