package io.swarm4j.network.dataplane;

import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** How far a data plane has come, and who waits for it to come further. Thread-safe. */
public final class AppliedRevision {
  private final PriorityQueue<Waiter> waiters =
      new PriorityQueue<>(Comparator.comparingLong(Waiter::revision));
  private long revision;

  private record Waiter(long revision, CompletableFuture<Void> done) {}

  /** The revision in force; 0 before the first. */
  public synchronized long revision() {
    return revision;
  }

  /** Completes once {@code wanted} or a later revision is in force. */
  public CompletionStage<Void> whenReached(long wanted) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    synchronized (this) {
      if (wanted > revision) {
        waiters.add(new Waiter(wanted, done));
        return done;
      }
    }
    done.complete(null);
    return done;
  }

  /** A revision is in force; one lower than before changes nothing. */
  public void reached(long reached) {
    Waiter next = poll(reached);
    while (next != null) {
      next.done.complete(null);
      next = poll(reached);
    }
  }

  private synchronized @Nullable Waiter poll(long reached) {
    revision = Math.max(revision, reached);
    Waiter first = waiters.peek();
    return first != null && first.revision <= revision ? waiters.poll() : null;
  }
}
