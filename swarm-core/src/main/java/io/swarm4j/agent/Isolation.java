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
 * heard of the node later than that without the node knowing. A limit below two heartbeats counts
 * as two, since a node in contact may be silent for one; managers call it down only after three.
 */
final class Isolation {
  private final Loop loop;
  private final Supplier<Collection<TaskRun>> runs;
  private Instant heard;
  private Duration shortest = Duration.ZERO;
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

  /** The node asks again after {@code heartbeat}. */
  void asksAfter(Duration heartbeat) {
    shortest = heartbeat.multipliedBy(2);
  }

  /** Watches over the tasks, if any of them minds. */
  void watch() {
    timer.cancel();
    plan();
  }

  private void plan() {
    Duration first = null;
    for (TaskRun run : runs.get()) {
      Duration limit = limit(run);
      if (limit != null && (first == null || limit.compareTo(first) < 0)) {
        first = limit;
      }
    }
    if (first != null) {
      Duration left = Duration.between(loop.now(), heard.plus(first));
      timer = loop.schedule(left.isNegative() ? Duration.ZERO : left, this::look);
    }
  }

  private @Nullable Duration limit(TaskRun run) {
    Duration limit = run.isolationLimit();
    return limit == null || limit.compareTo(shortest) >= 0 ? limit : shortest;
  }

  private void look() {
    for (TaskRun run : List.copyOf(runs.get())) {
      Duration limit = limit(run);
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
