package io.swarm4j.agent;

import java.time.Instant;

/** Gets the output of a task, one call at a time, on threads that may block. */
public interface LogSink {

  /**
   * A line.
   *
   * @param at when it was written
   * @param stream where it was written to
   * @param line its bytes without the line end; the receiver may keep the array
   */
  void line(Instant at, Stream stream, byte[] line);

  /**
   * All that had been written when the reading began was handed over; what follows is new. Runtimes
   * that cannot tell may leave the call out.
   */
  default void caughtUp() {}

  /** There is no more. Called once, unless the reading was closed before. */
  void end();

  /** The two outputs of a task. */
  enum Stream {
    STDOUT,
    STDERR
  }
}
