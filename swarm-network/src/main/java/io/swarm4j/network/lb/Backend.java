package io.swarm4j.network.lb;

import java.net.InetSocketAddress;
import java.util.Objects;

/**
 * One place that can serve connections: a task's address and port.
 *
 * @param id names the backend in counts and in {@link Balancer#drained}; one id may stand for
 *     several addresses in several frontends (a task with two ports)
 * @param address where to connect to; resolved, with a port
 * @param sameNode whether it runs on the balancer's own node; a backend elsewhere is watched by TCP
 *     keep-alive, since its node can vanish without a word
 */
public record Backend(String id, InetSocketAddress address, boolean sameNode) {

  /**
   * Validates the fields.
   *
   * @throws IllegalArgumentException if the id is blank or the address cannot be connected to
   */
  public Backend {
    if (id.isBlank()) {
      throw new IllegalArgumentException("backend id is blank: give it the id of its task");
    }
    Objects.requireNonNull(address, "address");
    if (address.isUnresolved() || address.getPort() == 0) {
      throw new IllegalArgumentException(
          "backend '"
              + id
              + "' has the address "
              + address
              + ": a resolved address and a port from 1 to 65535 are needed");
    }
  }
}
