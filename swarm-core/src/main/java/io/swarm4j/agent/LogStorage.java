package io.swarm4j.agent;

import java.util.List;

/**
 * Where the output of one task is kept; when it is full the oldest lines make room.
 *
 * <p>A line has a position; positions only grow. Thread-safe.
 */
public interface LogStorage extends AutoCloseable {

  /** Adds a line. */
  void append(LogLine line);

  /** The position that the next line will have. */
  long next();

  /**
   * Some of the lines from {@code position} on, in order; those that had to make room are skipped.
   *
   * @return an empty batch only if there is no line from there on
   */
  Batch read(long position);

  /** Removes all lines. Idempotent. */
  @Override
  void close();

  /**
   * Lines in a row.
   *
   * @param next the position after the last of them
   */
  record Batch(List<LogLine> lines, long next) {
    public Batch {
      lines = List.copyOf(lines);
    }
  }
}
