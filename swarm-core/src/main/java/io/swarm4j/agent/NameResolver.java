package io.swarm4j.agent;

import io.swarm4j.model.Ip;
import io.swarm4j.model.NetworkId;
import java.util.List;

/** Finds the addresses behind a name. Thread-safe, does not block. */
@FunctionalInterface
public interface NameResolver {

  /**
   * The addresses behind {@code name}, as seen from {@code networks}; empty if nobody there has
   * that name.
   *
   * @param name such as {@code customer}, {@code tasks.customer} or {@code 2.customer}
   * @param networks the networks that the asker is attached to
   */
  List<Ip> resolve(String name, List<NetworkId> networks);

  /**
   * The name servers that answer the same, on port 53, to a program attached to {@code networks};
   * empty if there are none.
   */
  default List<Ip> servers(List<NetworkId> networks) {
    return List.of();
  }

  /** Knows nobody. */
  NameResolver NONE = (name, networks) -> List.of();
}
