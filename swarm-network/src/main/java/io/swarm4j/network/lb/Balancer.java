package io.swarm4j.network.lb;

import io.swarm4j.model.Check;
import io.swarm4j.model.UnavailableException;
import io.swarm4j.network.internal.LoopThreads;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/**
 * A layer-4 balancer in user space: it listens on the addresses of its configuration and relays
 * each connection to one backend.
 *
 * <p>All methods may be called from any thread. Stages complete on a thread of the balancer: who
 * depends on one must not block there (use the {@code Async} variants for slow work).
 *
 * <p>It owns its threads, which are daemons named {@code swarm-lb-<name>-<n>}, and ends them in
 * {@link #close}.
 */
public final class Balancer implements AutoCloseable {
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

  private final Counters counters = new Counters();
  private final LoopThreads threads;
  private final List<Loop> loops;
  private final Loop control;
  private final Reconciler reconciler;
  private volatile boolean closed;

  private Balancer(Builder builder) {
    threads = new LoopThreads("swarm-lb-" + builder.name + "-");
    loops =
        IntStream.range(0, builder.threads)
            .mapToObj(i -> new Loop(threads, builder.transport, counters, builder.connectTimeout))
            .toList();
    control = loops.get(0);
    reconciler = new Reconciler(loops);
  }

  /**
   * Starts to describe a balancer.
   *
   * @param name distinguishes its threads from those of other balancers in this process
   */
  public static Builder builder(String name) {
    return new Builder(name);
  }

  /**
   * Replaces the configuration. Established connections stay, also those of backends and frontends
   * that are gone from it.
   *
   * <p>The stage completes when the configuration is in force everywhere: new addresses accept,
   * surplus ones are closed, and no new connection goes to a withdrawn backend any more; one that
   * was being established has been moved to another. An address that cannot be bound does not keep
   * the rest from coming into force: it is reported in the result, and tried again by the next
   * call.
   *
   * <p>Calls are enforced in order of revision: a revision lower than one applied before changes
   * nothing, and completes with the higher one; the same revision is enforced again.
   *
   * @return completes exceptionally with {@link UnavailableException} if the balancer is closed
   */
  public CompletionStage<Applied> apply(BalancerConfig config) {
    CompletableFuture<Applied> result = new CompletableFuture<>();
    try {
      control.execute(
          () -> {
            if (closed) {
              result.completeExceptionally(closedException());
            } else {
              reconciler.submit(config, result);
            }
          });
    } catch (RejectedExecutionException e) {
      result.completeExceptionally(closedException());
    }
    return result.minimalCompletionStage();
  }

  /**
   * Waits for the connections of a backend to end, in all frontends. Sensible after the backend has
   * been withdrawn by {@link #apply}; else it may get new ones at any time.
   *
   * @param deadline how long to wait at most
   * @return true as soon as the backend has no connection, false when the deadline has passed; an
   *     unknown backend has none
   */
  public CompletionStage<Boolean> drained(String backendId, Duration deadline) {
    BackendState backend = reconciler.backends().get(backendId);
    if (backend == null || closed) {
      return CompletableFuture.<Boolean>completedStage(true);
    }
    CompletableFuture<Boolean> idle = backend.idle();
    return (idle.isDone() ? idle : limit(idle, backend, deadline)).minimalCompletionStage();
  }

  private CompletableFuture<Boolean> limit(
      CompletableFuture<Boolean> idle, BackendState backend, Duration deadline) {
    try {
      Future<?> timer =
          control.schedule(() -> idle.complete(false), deadline.toNanos(), TimeUnit.NANOSECONDS);
      return idle.whenComplete(
          (drained, failure) -> {
            backend.forget(idle);
            cancel(timer);
          });
    } catch (RejectedExecutionException e) {
      idle.complete(true);
      return idle;
    }
  }

  private static void cancel(Future<?> timer) {
    try {
      timer.cancel(false);
    } catch (RejectedExecutionException e) {
      // The balancer has been closed, and the timer went with it.
    }
  }

  /**
   * Ends all connections of a backend, in all frontends, and those that are still being
   * established; for when {@link #drained} has told that they do not end by themselves. What the
   * backend has sent before still reaches the client, which then sees a reset, or an orderly end if
   * the backend has ended the connection so.
   *
   * @return completes when no connection gets anything more from the backend
   */
  public CompletionStage<Void> cut(String backendId) {
    return CompletableFuture.allOf(
        loops.stream()
            .map(loop -> CompletableFuture.runAsync(() -> loop.cut(backendId), executor(loop)))
            .toArray(CompletableFuture[]::new));
  }

  /** What is handed to a loop that has ended needs no work any more. */
  private static Executor executor(Loop loop) {
    return work -> {
      try {
        loop.execute(work);
      } catch (RejectedExecutionException e) {
        work.run(); // nothing is left to be cut
      }
    };
  }

  /**
   * The addresses that are open and who serves them, as read from what runs; between two
   * configurations a part of each.
   *
   * @return completes exceptionally with {@link UnavailableException} if the balancer is closed
   */
  public CompletionStage<List<Serving>> serving() {
    CompletableFuture<List<Serving>> result = new CompletableFuture<>();
    try {
      control.execute(() -> result.complete(reconciler.serving()));
    } catch (RejectedExecutionException e) {
      result.completeExceptionally(closedException());
    }
    return result.minimalCompletionStage();
  }

  /** The counts of this moment. */
  public BalancerStats stats() {
    Map<String, BalancerStats.FrontendStats> frontends = new TreeMap<>();
    reconciler.frontends().forEach((id, state) -> frontends.put(id, state.stats()));
    Map<String, Integer> backends = new TreeMap<>();
    reconciler.backends().forEach((id, state) -> backends.put(id, state.active()));
    return new BalancerStats(
        counters.accepted.sum(),
        counters.refused.sum(),
        counters.connectFailures.sum(),
        new TreeMap<>(frontends),
        new TreeMap<>(backends));
  }

  /**
   * Closes every listening address and every connection, and ends the threads. Returns after all
   * this has happened, at the latest after five seconds per thread. May be called more than once,
   * and from a thread of the balancer, where it does not wait.
   */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      try {
        control.execute(reconciler::stop);
      } catch (RejectedExecutionException e) {
        // Somebody else was faster; the wait below is all that is left to do.
      }
      for (Loop loop : loops) {
        Future<?> unused =
            loop.shutdownGracefully(0, CLOSE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
      }
    }
    if (loops.stream().noneMatch(Loop::inEventLoop)) {
      awaitEnd();
    }
  }

  private void awaitEnd() {
    try {
      // A loop may be about to start its thread on behalf of another: that one is not to join yet.
      for (Loop loop : loops) {
        loop.awaitTermination(CLOSE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
      }
      threads.join(CLOSE_TIMEOUT);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static UnavailableException closedException() {
    return new UnavailableException("the balancer is closed");
  }

  /** Options of a {@link Balancer}. Not thread-safe. */
  public static final class Builder {
    private final String name;
    private int threads = 1;
    private Transport transport = Transport.best();
    private Duration connectTimeout = Duration.ofSeconds(2);

    private Builder(String name) {
      Check.of("Balancer").that(!name.isBlank(), "name", name, "the name of its node").orThrow();
      this.name = name;
    }

    /**
     * How many threads relay; 1 unless set. All of them accept on every address; a connection stays
     * on one.
     */
    public Builder threads(int threads) {
      Check.of("Balancer").that(threads >= 1, "threads", threads, "at least 1").orThrow();
      this.threads = threads;
      return this;
    }

    Builder transport(Transport transport) {
      this.transport = transport;
      return this;
    }

    /** How long a backend may take to accept before the next is tried; 2 seconds unless set. */
    public Builder connectTimeout(Duration connectTimeout) {
      Check.of("Balancer")
          .that(connectTimeout.toMillis() >= 1, "connectTimeout", connectTimeout, "at least 1 ms")
          .orThrow();
      this.connectTimeout = connectTimeout;
      return this;
    }

    /** Makes the balancer, which listens nowhere until it gets a configuration. */
    public Balancer build() {
      return new Balancer(this);
    }
  }
}
