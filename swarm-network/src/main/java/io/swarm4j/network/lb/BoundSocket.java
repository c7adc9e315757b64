package io.swarm4j.network.lb;

import java.util.concurrent.CompletableFuture;

/** A bound socket, and the frontend that it serves at the moment. */
interface BoundSocket {

  /** Starts to accept on every loop. */
  CompletableFuture<Void> start();

  /** Stops to accept; when the result completes, the port is free. */
  CompletableFuture<Void> stop();

  void serve(FrontendState frontend);

  Listening describe();

  /** Whether it is still bound; false once it has been closed, by whomever. */
  boolean isOpen();

  /** The frontend that it serves at the moment. */
  FrontendState frontend();
}
