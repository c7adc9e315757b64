package io.swarm4j.network.ports;

import io.swarm4j.model.PortSpec;
import io.swarm4j.model.PortSpec.Protocol;

/** A published port as a client knows it: protocol and number. */
public record PortKey(Protocol protocol, int port) implements Comparable<PortKey> {

  /** Where a port is published. */
  public static PortKey of(PortSpec port) {
    return new PortKey(port.protocol(), port.published());
  }

  @Override
  public int compareTo(PortKey other) {
    int byProtocol = protocol.compareTo(other.protocol);
    return byProtocol != 0 ? byProtocol : Integer.compare(port, other.port);
  }
}
