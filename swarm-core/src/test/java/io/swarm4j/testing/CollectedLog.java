package io.swarm4j.testing;

import io.swarm4j.agent.LogSink;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

/** Gathers the output of a task and lets a test wait for it. Thread-safe. */
public final class CollectedLog implements LogSink {
  private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(30);

  private final List<Line> lines = new ArrayList<>();
  private boolean ended;

  @Override
  public synchronized void line(Instant at, Stream stream, byte[] line) {
    lines.add(new Line(at, stream, line));
    notifyAll();
  }

  @Override
  public synchronized void end() {
    if (ended) {
      throw new IllegalStateException("the end came twice");
    }
    ended = true;
    notifyAll();
  }

  /** Waits for the end; all lines. */
  public synchronized List<Line> awaitEnd() throws Exception {
    await("the end of the log", () -> ended);
    return List.copyOf(lines);
  }

  /** Waits for a line with exactly this text. */
  public synchronized void awaitLine(String text) throws Exception {
    await("line '" + text + "'", () -> texts().contains(text));
  }

  /** The text of all lines so far. */
  public synchronized List<String> texts() {
    return lines.stream().map(Line::text).toList();
  }

  private synchronized void await(String what, BooleanSupplier condition) throws Exception {
    long deadline = System.nanoTime() + LIMIT_NANOS;
    while (!condition.getAsBoolean()) {
      long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
      if (left <= 0) {
        throw new TimeoutException(what + " did not come; there was " + texts());
      }
      wait(left);
    }
  }

  /** A line of output. */
  public record Line(Instant at, Stream stream, byte[] bytes) {

    /** Its content as text. */
    public String text() {
      return new String(bytes, StandardCharsets.UTF_8);
    }
  }
}
