package io.swarm4j.docker;

import io.swarm4j.model.StuckRemoval;
import io.swarm4j.model.TaskId;
import io.swarm4j.time.Chance;
import io.swarm4j.time.Loop;
import io.swarm4j.time.Timer;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes containers however often the engine refuses that, ever less often, and tells which ones
 * are still there. Thread-safe; nothing blocks.
 */
final class ContainerRemovals {
  private static final Logger LOG = LoggerFactory.getLogger(ContainerRemovals.class);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);
  private static final double JITTER = 0.2;

  /** Refusals from which on the log tells: a few are part of life, such as a removal under way. */
  private static final int NOTABLE = 4;

  private final Function<String, CompletionStage<?>> engine;
  private final Loop loop;
  private final Chance chance;
  private final Map<String, Removal> underWay = new ConcurrentHashMap<>();

  /**
   * By one engine.
   *
   * @param engine makes one attempt at the container of an id; completes once that is gone
   * @param chance for use on {@code loop} only
   */
  ContainerRemovals(Function<String, CompletionStage<?>> engine, Loop loop, Chance chance) {
    this.engine = engine;
    this.loop = loop;
    this.chance = chance;
  }

  /** Begins to remove a container, unless that has begun. */
  Removal remove(String id, @Nullable TaskId task, String name) {
    Removal fresh = new Removal(id, task, name);
    Removal present = underWay.putIfAbsent(id, fresh);
    if (present == null) {
      loop.execute(fresh::attempt);
    }
    return present == null ? fresh : present;
  }

  /** Those that were refused at least once, longest first. */
  List<StuckRemoval> stuck() {
    return underWay.values().stream()
        .map(removal -> removal.refused)
        .filter(Objects::nonNull)
        .sorted(Comparator.comparing(StuckRemoval::since).thenComparing(StuckRemoval::name))
        .toList();
  }

  /** The engine may have mended meanwhile what it failed at: nothing waits any longer. */
  void tryNow() {
    loop.execute(() -> underWay.values().forEach(Removal::hurry));
  }

  /** The removal of one container. */
  final class Removal {
    private final String id;
    private final @Nullable TaskId task;
    private final String name;
    private final CompletableFuture<Void> tried = new CompletableFuture<>();
    private final CompletableFuture<Void> gone = new CompletableFuture<>();
    private volatile @Nullable StuckRemoval refused;
    private Duration pause = FIRST_PAUSE;
    private @Nullable Timer next;

    private Removal(String id, @Nullable TaskId task, String name) {
      this.id = id;
      this.task = task;
      this.name = name;
    }

    /** Completes after the first attempt, whatever came of it. */
    CompletionStage<Void> tried() {
      return tried;
    }

    /** Completes once the container is gone; fails only if this runtime ends before. */
    CompletionStage<Void> gone() {
      return gone;
    }

    private void attempt() {
      next = null;
      engine
          .apply(id)
          .whenComplete(
              (done, failure) ->
                  loop.execute(
                      () -> {
                        if (failure == null) {
                          succeeded();
                        } else {
                          failed(failure);
                        }
                        tried.complete(null);
                      }));
    }

    private void succeeded() {
      StuckRemoval before = refused;
      if (before != null && before.attempts() >= NOTABLE) {
        LOG.info("container={} is removed, after {} failed attempts", name, before.attempts());
      }
      underWay.remove(id);
      gone.complete(null);
    }

    private void failed(Throwable failure) {
      if (failure instanceof InterruptedException
          || failure instanceof RejectedExecutionException) {
        underWay.remove(id);
        gone.completeExceptionally(failure); // the next life of the runtime finds it
        return;
      }
      StuckRemoval before = refused;
      int attempts = before == null ? 1 : before.attempts() + 1;
      Instant since = before == null ? loop.now() : before.since();
      String detail = EngineFailures.text(failure);
      refused = new StuckRemoval(task, name, detail, attempts, since);
      if (attempts == NOTABLE) {
        LOG.warn("container={} cannot be removed and is tried again and again: {}", name, detail);
      }
      next = loop.schedule(chance.jitter(pause, JITTER), this::attempt);
      Duration longer = pause.multipliedBy(2);
      pause = longer.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : longer;
    }

    private void hurry() {
      Timer waiting = next;
      if (waiting != null) {
        waiting.cancel();
        pause = FIRST_PAUSE;
        attempt();
      }
    }
  }
}
