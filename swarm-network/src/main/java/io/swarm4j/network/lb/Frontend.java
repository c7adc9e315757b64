package io.swarm4j.network.lb;

import io.soabase.recordbuilder.core.RecordBuilder;
import java.net.InetSocketAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * A set of listening addresses, and the backends among which their connections are spread.
 *
 * @param id names the frontend; what carries over from one configuration to the next (turn of the
 *     round robin, counts) does so by this id
 * @param binds the addresses to listen on, each resolved; port 0 takes a free port, which {@link
 *     Applied#listening()} tells; {@code 0.0.0.0} is IPv4 only, {@code [::]} takes both families
 * @param protocol what is accepted
 * @param algorithm how a backend is chosen
 * @param proxyProtocol whether backends are told the client's address
 * @param backends the backends; may be empty: connections are then reset at once
 */
@RecordBuilder
public record Frontend(
    String id,
    List<InetSocketAddress> binds,
    Protocol protocol,
    Algorithm algorithm,
    ProxyProtocol proxyProtocol,
    List<Backend> backends) {

  /**
   * Copies the lists and validates the fields.
   *
   * @throws IllegalArgumentException if the id is blank, there is no bind, a bind is unresolved, or
   *     a backend id occurs twice
   */
  public Frontend {
    if (id.isBlank()) {
      throw new IllegalArgumentException("frontend id is blank: give it a stable name");
    }
    Objects.requireNonNull(protocol, "protocol");
    Objects.requireNonNull(algorithm, "algorithm");
    Objects.requireNonNull(proxyProtocol, "proxyProtocol");
    binds = List.copyOf(binds);
    backends = List.copyOf(backends);
    if (binds.isEmpty()) {
      throw new IllegalArgumentException(
          "frontend '" + id + "' has no bind: name at least one address to listen on");
    }
    for (InetSocketAddress bind : binds) {
      if (bind.isUnresolved()) {
        throw new IllegalArgumentException(
            "frontend '" + id + "' binds " + bind + ": resolve the host name first");
      }
    }
    Set<String> ids = new HashSet<>();
    for (Backend backend : backends) {
      if (!ids.add(backend.id())) {
        throw new IllegalArgumentException(
            "frontend '"
                + id
                + "' has two backends with the id '"
                + backend.id()
                + "': a backend may occur once per frontend");
      }
    }
  }

  /** A TCP frontend on one address with round robin and without PROXY protocol. */
  public static Frontend tcp(String id, InetSocketAddress bind, List<Backend> backends) {
    return new Frontend(
        id, List.of(bind), Protocol.TCP, Algorithm.ROUND_ROBIN, ProxyProtocol.NONE, backends);
  }
}
