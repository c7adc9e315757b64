package io.swarm4j.agent;

import io.swarm4j.time.Loop;
import io.swarm4j.time.Timer;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Ends those tasks of a node that may not go on while it hears of no manager.
 *
 * <p>What counts is when the node last asked something that was answered, so that no manager has
 * heard of the node later than that without the node knowing.
 */
final class Isolation {
  private final Loop loop;
  private final Supplier<Collection<TaskRun>> runs;
  private Instant heard;
  private Timer timer = Timer.NONE;

  Isolation(Loop loop, Supplier<Collection<TaskRun>> runs) {
    this.loop = loop;
    this.runs = runs;
    this.heard = loop.now();
  }

  /** A manager has answered what was asked at {@code asked}. */
  void answered(Instant asked) {
    if (asked.isAfter(heard)) {
      heard = asked;
    }
  }

  /** Watches over the tasks, if any of them minds. */
  void watch() {
    timer.cancel();
    plan();
  }

  private void plan() {
    Duration shortest = null;
    for (TaskRun run : runs.get()) {
      Duration limit = run.isolationLimit();
      if (limit != null && (shortest == null || limit.compareTo(shortest) < 0)) {
        shortest = limit;
      }
    }
    if (shortest != null) {
      Duration left = Duration.between(loop.now(), heard.plus(shortest));
      timer = loop.schedule(left.isNegative() ? Duration.ZERO : left, this::look);
    }
  }

  private void look() {
    for (TaskRun run : List.copyOf(runs.get())) {
      @Nullable Duration limit = run.isolationLimit();
      if (limit != null && !loop.now().isBefore(heard.plus(limit))) {
        run.isolate(limit);
      }
    }
    plan();
  }

  void close() {
    timer.cancel();
  }
}
