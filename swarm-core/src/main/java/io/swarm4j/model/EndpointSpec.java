package io.swarm4j.model;

import java.util.List;

/**
 * How a service is reached.
 *
 * @param mode what its name resolves to
 * @param ports published ports
 */
public record EndpointSpec(EndpointMode mode, List<PortSpec> ports) {

  /** What the name of a service resolves to. */
  public enum EndpointMode {
    /** One virtual address, balanced over the tasks. */
    VIP,
    /** The addresses of the tasks. */
    DNSRR
  }

  /** A virtual address, nothing published. */
  public static final EndpointSpec NONE = new EndpointSpec(EndpointMode.VIP, List.of());

  public EndpointSpec {
    mode = Copies.or(mode, EndpointMode.VIP);
    ports = Copies.list(ports);
    Check check = Check.of("EndpointSpec");
    List<PortSpec> fixed = ports.stream().filter(port -> port.published() != 0).toList();
    check.unique(
        fixed,
        port -> port.protocol() + "/" + port.published() + "/" + port.publishMode(),
        "ports");
    for (PortSpec port : ports) {
      check.that(
          mode != EndpointMode.DNSRR || port.publishMode() == PortSpec.PublishMode.HOST,
          Fault.Code.CONTRADICTION,
          "ports",
          port,
          "host mode: a port published with ingress mode can't be used with dnsrr mode");
    }
    check.orThrow();
  }

  /** Publishes the given ports behind a virtual address. */
  public static EndpointSpec publish(PortSpec... ports) {
    return new EndpointSpec(EndpointMode.VIP, List.of(ports));
  }
}
