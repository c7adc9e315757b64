package io.swarm4j.network.lb;

/**
 * Whether a backend is told the client's true address, by a PROXY protocol header in front of the
 * client's first byte.
 */
public enum ProxyProtocol {
  /** Nothing is sent; the backend sees the balancer's address. */
  NONE,
  /** The text header, version 1. */
  V1,
  /** The binary header, version 2. */
  V2
}
