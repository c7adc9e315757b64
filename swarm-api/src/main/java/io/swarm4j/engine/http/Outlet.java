package io.swarm4j.engine.http;

import org.jspecify.annotations.Nullable;

/**
 * Tells which requests another server answers, over the client's own connection: with bodies of any
 * size, streams, and connections that are taken over. Called on the connection's thread, which it
 * must not block.
 */
@FunctionalInterface
public interface Outlet {

  /** Keeps all requests here. */
  Outlet NONE = head -> null;

  /**
   * Who answers a request.
   *
   * @param head the request without its body
   * @return null to answer it here
   */
  @Nullable Peer of(Request head);
}
