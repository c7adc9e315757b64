package io.swarm4j.agent;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.util.function.Consumer;

/**
 * Cuts a stream of bytes into lines.
 *
 * <p>A line that grows longer than 16 KiB is cut there, as the reference does, so that output
 * without line ends cannot fill the memory. Thread-safe.
 */
final class LineSplitter extends OutputStream {
  static final int LONGEST_LINE = 16 * 1024;

  private final Consumer<byte[]> lines;
  private final ByteArrayOutputStream unfinished = new ByteArrayOutputStream();

  LineSplitter(Consumer<byte[]> lines) {
    this.lines = lines;
  }

  @Override
  public void write(int b) {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public synchronized void write(byte[] bytes, int offset, int length) {
    int from = offset;
    for (int i = offset; i < offset + length; i++) {
      boolean end = bytes[i] == '\n';
      boolean full = !end && unfinished.size() + (i - from) + 1 >= LONGEST_LINE;
      if (end || full) {
        unfinished.write(bytes, from, i - from + (full ? 1 : 0));
        emit();
        from = i + 1;
      }
    }
    unfinished.write(bytes, from, offset + length - from);
  }

  private void emit() {
    lines.accept(unfinished.toByteArray());
    unfinished.reset();
  }

  @Override
  public synchronized void close() {
    if (unfinished.size() > 0) {
      emit();
    }
  }
}
