package io.swarm4j.agent;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Keeps the last lines of a task's output in memory, bounded by number and size. */
public final class MemoryLogStorage implements LogStorage {
  private static final int BATCH = 256;
  private static final int SMALLEST = 16;

  private final int mostLines;
  private final long mostBytes;

  /** The line at position p stands at p modulo the length, which is a power of two. */
  private @Nullable LogLine[] ring = new LogLine[SMALLEST];

  private long bytes;
  private long first;
  private long next;

  /**
   * Empty.
   *
   * @param mostLines number of lines that are kept
   * @param mostBytes number of bytes that are kept; the last line stays even if it is longer
   */
  public MemoryLogStorage(int mostLines, long mostBytes) {
    this.mostLines = mostLines;
    this.mostBytes = mostBytes;
  }

  @Override
  public synchronized void append(LogLine line) {
    if (next - first == ring.length) {
      grow();
    }
    ring[slot(next)] = line;
    next++;
    bytes += line.bytes().length;
    while (next - first > 1 && (next - first > mostLines || bytes > mostBytes)) {
      LogLine oldest = ring[slot(first)];
      ring[slot(first)] = null;
      first++;
      bytes -= oldest == null ? 0 : oldest.bytes().length;
    }
  }

  private void grow() {
    @Nullable LogLine[] old = ring;
    ring = new LogLine[old.length * 2];
    for (long position = first; position < next; position++) {
      ring[slot(position)] = old[(int) (position & (old.length - 1))];
    }
  }

  private int slot(long position) {
    return (int) (position & (ring.length - 1));
  }

  @Override
  public synchronized long next() {
    return next;
  }

  @Override
  public synchronized Batch read(long position) {
    long from = Math.max(position, first);
    long to = Math.min(next, from + BATCH);
    List<LogLine> batch = new ArrayList<>();
    for (long at = from; at < to; at++) {
      LogLine line = ring[slot(at)];
      if (line != null) {
        batch.add(line);
      }
    }
    return new Batch(batch, Math.max(from, to));
  }

  @Override
  public synchronized void close() {
    ring = new LogLine[SMALLEST];
    first = next;
    bytes = 0;
  }
}
