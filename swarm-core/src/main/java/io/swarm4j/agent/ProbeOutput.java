package io.swarm4j.agent;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Keeps the beginning of what a probe writes, as much as the reference keeps, and drops the rest.
 * Thread-safe.
 */
public final class ProbeOutput extends OutputStream {
  private static final int MOST = 4096;

  private final ByteArrayOutputStream kept = new ByteArrayOutputStream();

  @Override
  public synchronized void write(int b) {
    if (kept.size() < MOST) {
      kept.write(b);
    }
  }

  @Override
  public synchronized void write(byte[] bytes, int from, int count) {
    kept.write(bytes, from, Math.min(count, MOST - kept.size()));
  }

  /** What was kept, as text. */
  public synchronized String text() {
    return kept.toString(StandardCharsets.UTF_8);
  }
}
