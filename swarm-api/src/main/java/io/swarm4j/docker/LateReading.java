package io.swarm4j.docker;

import org.jspecify.annotations.Nullable;

/** A reading of logs that may be closed before there is anything to read. Thread-safe. */
final class LateReading implements AutoCloseable {
  private @Nullable LogReading reading;
  private boolean closed;

  synchronized void begin(LogReading newReading) {
    if (!closed) {
      reading = newReading;
      newReading.start();
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (reading != null) {
      reading.close();
    }
  }
}
