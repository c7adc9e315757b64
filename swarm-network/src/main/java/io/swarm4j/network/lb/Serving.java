package io.swarm4j.network.lb;

import java.util.List;

/**
 * A listening address and who serves it, as read from what runs, not from a configuration.
 *
 * @param listening the address
 * @param backends among whom its next connection is given; empty if it is reset
 */
public record Serving(Listening listening, List<Backend> backends) {

  /** Copies the list. */
  public Serving {
    backends = List.copyOf(backends);
  }
}
