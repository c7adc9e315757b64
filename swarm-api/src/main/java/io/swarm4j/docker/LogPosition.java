package io.swarm4j.docker;

import io.swarm4j.agent.LogSink.Stream;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How far a log was read, so that it can be read on from there without loss or repetition: the
 * lines of one stream come in the order of their times, those of both together nearly so. For one
 * thread at a time.
 */
final class LogPosition {
  /** How much earlier than a line before it a line of the other stream may have been written. */
  private static final Duration DISORDER = Duration.ofSeconds(2);

  private final Map<Stream, Mark> marks = new EnumMap<>(Stream.class);
  private @Nullable Instant first;
  private boolean again;

  /** The last line of one stream. */
  private static final class Mark {
    private Instant at = Instant.MIN;
    private int lines; // of that time
    private int toSkip;
    private boolean again;

    void rewind() {
      again = true;
      toSkip = lines;
    }

    /** Until the first new line comes; from then on a clock may go back. */
    boolean hasPassed(Instant time) {
      return again && (time.isBefore(at) || (time.equals(at) && toSkip-- > 0));
    }

    void moveTo(Instant time) {
      lines = time.equals(at) ? lines + 1 : 1;
      at = time;
      again = false;
    }
  }

  /** What was written before is not wanted, though nothing was read yet. */
  void startAt(Instant time) {
    first = time;
  }

  /** From when on the log is to be read again; empty if from where it was the first time. */
  Optional<Instant> rewind() {
    again = true;
    marks.values().forEach(Mark::rewind);
    return marks.values().stream()
        .map(mark -> mark.at)
        .max(Comparator.naturalOrder())
        .map(last -> last.minus(DISORDER))
        .or(() -> Optional.ofNullable(first));
  }

  /** Goes on behind a line; false if it was passed before. */
  boolean pass(Stream stream, Instant at) {
    Mark mark = marks.get(stream);
    if (mark == null) {
      if (again && first != null && at.isBefore(first)) {
        return false;
      }
      mark = new Mark();
      marks.put(stream, mark);
    } else if (mark.hasPassed(at)) {
      return false;
    }
    if (first == null) {
      first = at;
    }
    mark.moveTo(at);
    return true;
  }
}
