package io.swarm4j.network.lb;

/** What a {@link Frontend} accepts. */
public enum Protocol {
  /** Connections. */
  TCP,
  /**
   * Datagrams. All that a client sends from one port is a flow, goes to one backend, and ends when
   * nothing has been sent either way for a while, or at once when its backend is withdrawn.
   */
  UDP
}
