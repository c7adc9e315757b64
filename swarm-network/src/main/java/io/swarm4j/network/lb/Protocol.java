package io.swarm4j.network.lb;

/** The transport protocol that a {@link Frontend} accepts. */
public enum Protocol {
  /** One accepted TCP connection is relayed to one TCP connection of a backend. */
  TCP
}
