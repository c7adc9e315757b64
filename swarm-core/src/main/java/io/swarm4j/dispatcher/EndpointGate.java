package io.swarm4j.dispatcher;

import io.swarm4j.model.Task;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Holds the stop signal of a task back until no balancer sends it new connections and the open ones
 * have drained.
 */
@FunctionalInterface
public interface EndpointGate {

  /**
   * Asks whether a task may be stopped.
   *
   * @param task a task that shall end, as of {@code revision}
   * @param revision from which on the task's endpoint is no longer part of the state
   * @return completes, on any thread, when its endpoint is withdrawn everywhere or the time for
   *     that is over; never fails
   */
  CompletionStage<Void> withdrawn(Task task, long revision);

  /** No endpoints to withdraw. */
  EndpointGate OPEN = (task, revision) -> CompletableFuture.completedFuture(null);
}
