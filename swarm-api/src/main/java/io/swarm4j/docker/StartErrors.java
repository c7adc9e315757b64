package io.swarm4j.docker;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/**
 * The output of a command: its first words, where they are the engine's own that it could not be
 * started, belong to the errors. For one thread.
 */
final class StartErrors extends OutputStream {
  private static final String NOT_STARTED = "OCI runtime exec failed";

  private final OutputStream out;
  private final OutputStream err;
  private final ByteArrayOutputStream first = new ByteArrayOutputStream();
  private boolean decided;

  StartErrors(OutputStream out, OutputStream err) {
    this.out = out;
    this.err = err;
  }

  @Override
  public void write(int value) throws IOException {
    write(new byte[] {(byte) value}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    if (decided) {
      out.write(bytes, offset, length);
      out.flush();
      return;
    }
    first.write(bytes, offset, length);
    if (first.size() >= NOT_STARTED.length() || !NOT_STARTED.startsWith(text())) {
      decide();
    }
  }

  /** Whether there is no such command; older engines answer with another exit code then. */
  boolean isNotFound() {
    return text().contains("not found") || text().contains("no such file");
  }

  private String text() {
    return first.toString(StandardCharsets.UTF_8);
  }

  private void decide() throws IOException {
    decided = true;
    OutputStream target = text().startsWith(NOT_STARTED) ? err : out;
    first.writeTo(target);
    target.flush();
  }

  @Override
  public void flush() throws IOException {
    if (!decided) {
      decide();
    }
  }
}
