package io.swarm4j.model;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the allocator gave to a service.
 *
 * @param ports published ports, dynamic ones filled in
 * @param virtualIps one address per network that the service is attached to; empty in dnsrr mode
 */
public record Endpoint(List<PortSpec> ports, List<VirtualIp> virtualIps) {

  /** Nothing allocated. */
  public static final Endpoint NONE = new Endpoint(List.of(), List.of());

  public Endpoint {
    ports = Copies.list(ports);
    virtualIps = Copies.list(virtualIps);
  }

  /** The service's address on a network, if it has one. */
  public @Nullable Ip virtualIp(NetworkId network) {
    for (VirtualIp vip : virtualIps) {
      if (vip.network().equals(network)) {
        return vip.address();
      }
    }
    return null;
  }

  /** A service's address on one network. */
  public record VirtualIp(NetworkId network, Ip address) {}
}
