package io.swarm4j.internal;

import io.swarm4j.model.SwarmException;
import io.swarm4j.model.UnavailableException;
import io.swarm4j.time.Time;
import io.swarm4j.time.VirtualTime;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waits for stages: by blocking in real time, by letting time pass in virtual time. */
record Waiting(Time time) {
  private static final Duration LONGEST = Duration.ofMinutes(1);

  /** The value of a stage that the engine itself completes soon. */
  <T> T join(CompletionStage<T> stage) {
    return join(stage, LONGEST);
  }

  /**
   * The value of a stage; fails with {@link UnavailableException} if it takes longer than {@code
   * limit}.
   */
  <T> T join(CompletionStage<T> stage, Duration limit) {
    CompletableFuture<T> future = stage.toCompletableFuture();
    if (time instanceof VirtualTime virtual) {
      virtual.runUntil(future::isDone, limit);
      if (!future.isDone()) {
        throw new UnavailableException("no answer within " + limit);
      }
    }
    try {
      return future.get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException failed) {
      throw unwrap(failed);
    } catch (TimeoutException late) {
      throw new UnavailableException("no answer within " + limit, late);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new UnavailableException("interrupted while waiting for the swarm", interrupted);
    }
  }

  private static SwarmException unwrap(ExecutionException failed) {
    Throwable cause = failed.getCause();
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    if (cause instanceof SwarmException ours) {
      ours.addSuppressed(new WaitedHere());
      return ours;
    }
    return new UnavailableException("the engine failed: " + cause, failed);
  }

  /** Shows, in the stack trace of a failure that arose on the engine's loop, who waited for it. */
  private static final class WaitedHere extends RuntimeException {
    private static final long serialVersionUID = 1L;

    WaitedHere() {
      super("the caller waited here");
    }
  }
}
