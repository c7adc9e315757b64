package io.swarm4j;

import java.net.InetSocketAddress;

/**
 * A published port that is not open where it shall be, such as one that a foreign program holds. It
 * is tried again every second.
 *
 * @param service name of the service
 * @param node host name of the node whose address it is; empty if it is none's
 * @param address where it shall be open
 * @param cause what the operating system said
 */
public record PortProblem(String service, String node, InetSocketAddress address, String cause) {

  /** One line for people. */
  @Override
  public String toString() {
    return "service "
        + service
        + " is not reached at "
        + (address.isUnresolved() ? address.getHostString() : address.getAddress().getHostAddress())
        + ":"
        + address.getPort()
        + (node.isEmpty() ? "" : " of node " + node)
        + ": "
        + cause;
  }
}
