package io.swarm4j.engine.http;

import java.time.Duration;

/** Where the bytes of a stream go. Thread-safe. */
public interface Sink {

  /**
   * Sends bytes; they may wait in memory. Ignored once the client is gone.
   *
   * @return whether the client keeps up; a source that can wait should, until {@link #whenReady}
   */
  boolean write(byte[] bytes);

  /** Bytes that wait for the client to take them. */
  long pending();

  /** Runs an action once the client has taken most of what waited, at once if nothing waits. */
  void whenReady(Runnable action);

  /** Waits until the client has taken most of what waited, or is gone. Blocks. */
  void awaitReady();

  /** Reads no more of what the client sends, so that it has to wait. */
  void pauseReading();

  /** Reads on. */
  void resumeReading();

  /** Ends the stream in good order after what was written. Idempotent. */
  void end();

  /** Ends the stream in good order once some time has passed. */
  void endAfter(Duration time);

  /** Ends the connection at once, so that the client notices that something is missing. */
  void abort();

  /** Runs an action when the stream has ended, from whichever side; at once if it has. */
  void whenEnded(Runnable action);
}
