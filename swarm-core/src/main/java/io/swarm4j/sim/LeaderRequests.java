package io.swarm4j.sim;

import io.swarm4j.dispatcher.Manager;
import io.swarm4j.model.UnavailableException;
import io.swarm4j.store.Transaction;
import io.swarm4j.time.Loop;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** Hands requests to whichever manager leads, and waits for an election where none does. */
final class LeaderRequests {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration PAUSE = Duration.ofMillis(250);

  private final SimulatedCluster cluster;
  private final Loop loop;

  LeaderRequests(SimulatedCluster cluster, Loop loop) {
    this.cluster = cluster;
    this.loop = loop;
  }

  <T> CompletionStage<T> submit(Function<Transaction, T> request) {
    CompletableFuture<T> result = new CompletableFuture<>();
    submit(request, result, cluster.time().elapsed().plus(PATIENCE));
    return result;
  }

  private <T> void submit(
      Function<Transaction, T> request, CompletableFuture<T> result, Duration deadline) {
    Manager leader = cluster.leader();
    if (leader != null) {
      leader
          .control()
          .submit(request)
          .whenComplete(
              (value, failure) -> {
                if (failure == null) {
                  result.complete(value);
                } else {
                  result.completeExceptionally(failure);
                }
              });
    } else if (cluster.time().elapsed().compareTo(deadline) >= 0) {
      result.completeExceptionally(
          new UnavailableException("the simulated swarm does not have a leader"));
    } else {
      loop.schedule(PAUSE, () -> submit(request, result, deadline));
    }
  }
}
