package io.swarm4j.network.lb;

import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The running side of a backend id: how many connections it has, in all frontends, and who waits
 * for them to end. Thread-safe.
 */
final class BackendState {
  private static final int PARTS = 1000;

  private final long since;
  private final AtomicInteger active = new AtomicInteger();
  private final Queue<CompletableFuture<Boolean>> waiters = new ConcurrentLinkedQueue<>();

  /**
   * New.
   *
   * @param now in nanoseconds, of any origin
   */
  BackendState(long now) {
    this.since = now;
  }

  /** Whether a backend in its slow start takes this turn: the older it is, the more of them. */
  boolean isDue(long now, long slowStart, int turn) {
    long age = now - since;
    return age >= slowStart
        || Long.remainderUnsigned(Mix.of(turn), PARTS) < PARTS * (double) age / slowStart;
  }

  void opened() {
    active.incrementAndGet();
  }

  void closed() {
    if (active.decrementAndGet() == 0) {
      wakeWaiters();
    }
  }

  int active() {
    return active.get();
  }

  /** Completes with true once there is no connection. */
  CompletableFuture<Boolean> idle() {
    CompletableFuture<Boolean> idle = new CompletableFuture<>();
    waiters.add(idle);
    // Looks again after joining the queue: the last connection may have ended in between.
    if (active.get() == 0) {
      wakeWaiters();
    }
    return idle;
  }

  /** Forgets somebody who no longer waits. */
  @SuppressWarnings("CollectionUndefinedEquality") // a waiter is equal to itself only
  void forget(CompletableFuture<Boolean> waiter) {
    waiters.remove(waiter);
  }

  private void wakeWaiters() {
    CompletableFuture<Boolean> waiter;
    while ((waiter = waiters.poll()) != null) {
      waiter.complete(true);
    }
  }
}
