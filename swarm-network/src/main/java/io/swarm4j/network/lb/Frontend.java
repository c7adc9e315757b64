package io.swarm4j.network.lb;

import io.soabase.recordbuilder.core.RecordBuilder;
import io.swarm4j.model.Check;
import java.net.InetSocketAddress;
import java.util.List;

/**
 * A set of listening addresses, and the backends among which their connections are spread.
 *
 * @param id names the frontend; what carries over from one configuration to the next (turn of the
 *     round robin, counts) does so by this id
 * @param binds the addresses to listen on, each resolved; port 0 takes a free port, which {@link
 *     Applied#listening()} tells; {@code 0.0.0.0} is IPv4 only, {@code [::]} takes both families.
 *     Either of these two fails if anything listens on the same port of any single address, a task
 *     on its own 127.x address included: then name the node's addresses one by one
 * @param protocol what is accepted
 * @param algorithm how a backend is chosen
 * @param proxyProtocol whether backends are told the client's address
 * @param backends the backends; may be empty: connections are then reset at once
 * @param options everything else; {@link FrontendOptions#NONE} for nothing of it
 */
@RecordBuilder
public record Frontend(
    String id,
    List<InetSocketAddress> binds,
    Protocol protocol,
    Algorithm algorithm,
    ProxyProtocol proxyProtocol,
    List<Backend> backends,
    FrontendOptions options) {

  /** Without further options. */
  public Frontend(
      String id,
      List<InetSocketAddress> binds,
      Protocol protocol,
      Algorithm algorithm,
      ProxyProtocol proxyProtocol,
      List<Backend> backends) {
    this(id, binds, protocol, algorithm, proxyProtocol, backends, FrontendOptions.NONE);
  }

  /**
   * Copies the lists and validates the fields.
   *
   * @throws io.swarm4j.model.InvalidSpecException if the id is blank, there is no bind, a bind is
   *     unresolved, a backend id occurs twice, or PROXY protocol is asked for with UDP
   */
  public Frontend {
    binds = List.copyOf(binds);
    backends = List.copyOf(backends);
    Check check =
        Check.of("Frontend '" + id + "'")
            .that(!id.isBlank(), "id", id, "a stable name")
            .present(protocol, "protocol")
            .present(algorithm, "algorithm")
            .present(proxyProtocol, "proxyProtocol")
            .present(options, "options")
            .that(
                protocol != Protocol.UDP
                    || (proxyProtocol == ProxyProtocol.NONE && !options.proxyProtocolIn()),
                "proxyProtocol",
                proxyProtocol,
                "none; it is for TCP")
            .that(!binds.isEmpty(), "binds", binds, "at least one address to listen on")
            .unique(backends, Backend::id, "backends");
    for (InetSocketAddress bind : binds) {
      check.that(!bind.isUnresolved(), "binds", bind, "an address whose host name is resolved");
    }
    check.orThrow();
  }

  /** The same with other options. */
  public Frontend with(FrontendOptions newOptions) {
    return new Frontend(id, binds, protocol, algorithm, proxyProtocol, backends, newOptions);
  }

  /** A TCP frontend on one address with round robin and without PROXY protocol. */
  public static Frontend tcp(String id, InetSocketAddress bind, List<Backend> backends) {
    return new Frontend(
        id, List.of(bind), Protocol.TCP, Algorithm.ROUND_ROBIN, ProxyProtocol.NONE, backends);
  }
}
