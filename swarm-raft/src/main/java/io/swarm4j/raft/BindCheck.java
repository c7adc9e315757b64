package io.swarm4j.raft;

import io.swarm4j.model.UnavailableException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/** Tries a port before Ratis does, which reports a failure in a way that can not be caught. */
final class BindCheck {

  private BindCheck() {}

  static void check(InetSocketAddress address) {
    try (ServerSocket probe = new ServerSocket()) {
      probe.setReuseAddress(true);
      probe.bind(address);
    } catch (IOException taken) {
      throw new UnavailableException(
          "managers can not be served at "
              + address
              + ": "
              + taken.getMessage()
              + "; free the port or choose another one",
          taken);
    }
  }
}
