package io.swarm4j.stream;

import io.swarm4j.agent.LogLine;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Orders the lines of many logs by time.
 *
 * <p>A line goes out when no earlier one can come any more: every other log has a later line or has
 * ended. A log that has caught up with the present may stay silent for ever, so it is waited for no
 * longer than {@link #WINDOW} after the line's arrival. Not thread-safe.
 *
 * @param <T> what a log belongs to
 */
final class LogMerge<T> {
  /** How much later than lines of other tasks a line may arrive and still take its place. */
  static final Duration WINDOW = Duration.ofMillis(100);

  private final PriorityQueue<Input> ready =
      new PriorityQueue<>(
          Comparator.comparing((Input input) -> input.head().at())
              .thenComparingLong(input -> input.number));
  private final Set<Input> silent = new LinkedHashSet<>();
  private int behind;
  private long inputs;

  /** One log. */
  final class Input {
    private final long number = ++inputs;
    private final ArrayDeque<Batch> batches = new ArrayDeque<>();
    private boolean caughtUp;
    private boolean ended;
    private int next;

    private final T owner;

    private Input(T owner) {
      this.owner = owner;
    }

    private LogLine head() {
      return batches.element().lines().get(next);
    }

    /** Lines in order that have just arrived. */
    void add(List<LogLine> lines, Instant now) {
      if (lines.isEmpty() || ended) {
        return;
      }
      boolean first = batches.isEmpty();
      batches.add(new Batch(lines, now));
      if (first) {
        fallSilent(false);
        ready.add(this);
      }
    }

    /** From now on it may be silent for ever. */
    void catchUp() {
      if (!caughtUp) {
        if (silent.contains(this)) {
          behind--;
        }
        caughtUp = true;
      }
    }

    /** It has no more than what was added. */
    void end() {
      if (!ended) {
        fallSilent(false);
        ended = true;
      }
    }

    private void fallSilent(boolean isSilent) {
      if (isSilent && !ended ? silent.add(this) : silent.remove(this)) {
        behind += caughtUp ? 0 : isSilent ? 1 : -1;
      }
    }

    private LogLine take() {
      Batch batch = batches.element();
      LogLine line = batch.lines().get(next++);
      if (next == batch.lines().size()) {
        batches.remove();
        next = 0;
      }
      return line;
    }
  }

  private record Batch(List<LogLine> lines, Instant arrived) {}

  /** A line and whom its log belongs to. */
  record Next<T>(T owner, LogLine line) {}

  /** One more log. */
  Input add(T owner) {
    Input input = new Input(owner);
    input.fallSilent(true);
    return input;
  }

  /** The next line in order; null if it is not certain yet which one that is. */
  @Nullable Next<T> poll(Instant now) {
    Input first = ready.peek();
    if (first == null || behind > 0) {
      return null;
    }
    if (!silent.isEmpty() && now.isBefore(due(first))) {
      return null;
    }
    ready.remove();
    LogLine line = first.take();
    if (first.batches.isEmpty()) {
      first.fallSilent(true);
    } else {
      ready.add(first);
    }
    return new Next<>(first.owner, line);
  }

  private Instant due(Input input) {
    return input.batches.element().arrived().plus(WINDOW);
  }

  /** When {@link #poll} may have a line though nothing arrives; null if only an arrival helps. */
  @Nullable Instant wakeAt() {
    Input first = ready.peek();
    return first == null || behind > 0 ? null : due(first);
  }

  /** Whether a log that is still behind has said nothing so far. */
  boolean awaits(Input input) {
    return !input.caughtUp && silent.contains(input);
  }

  /** Whether lines wait in here. */
  boolean isEmpty() {
    return ready.isEmpty();
  }
}
