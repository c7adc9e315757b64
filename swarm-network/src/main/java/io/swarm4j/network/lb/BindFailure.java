package io.swarm4j.network.lb;

import java.io.IOException;
import java.net.InetSocketAddress;

/**
 * A listening address that could not be opened; the next {@link Balancer#apply} tries it again.
 *
 * @param frontend id of the frontend that wants it
 * @param address the address
 * @param cause what the operating system said; a {@link java.net.BindException} where the port is
 *     taken by somebody else, or the address is not one of this machine
 */
public record BindFailure(String frontend, InetSocketAddress address, IOException cause) {

  /** One line for people. */
  @Override
  public String toString() {
    return "frontend '" + frontend + "' cannot listen on " + address + ": " + cause.getMessage();
  }
}
