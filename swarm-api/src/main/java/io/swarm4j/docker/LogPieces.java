package io.swarm4j.docker;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.function.BiConsumer;

/**
 * Puts the lines of one stream of a log together from bytes that come cut anywhere, as the library
 * hands them on. Each line begins with its time; the engine ends one, without a line end, where it
 * grows longer than 16 KiB, as other runtimes do.
 */
final class LogPieces {
  private static final int LONGEST_LINE = 16 * 1024;
  private static final int LONGEST_TIME = 40;

  private final BiConsumer<Instant, byte[]> lines;
  private final ByteArrayOutputStream time = new ByteArrayOutputStream(LONGEST_TIME);
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();
  private Instant at = Instant.EPOCH;
  private boolean timed;

  /**
   * At the begin of a line.
   *
   * @param lines gets each of them with its time
   */
  LogPieces(BiConsumer<Instant, byte[]> lines) {
    this.lines = lines;
  }

  void add(byte[] bytes) {
    int next = 0;
    while (next < bytes.length) {
      next = timed ? addToLine(bytes, next) : addToTime(bytes, next);
    }
  }

  private int addToTime(byte[] bytes, int from) {
    byte next = bytes[from];
    if (next != ' ' && next != '\n' && time.size() < LONGEST_TIME) {
      time.write(next);
      return from + 1;
    }
    return endTime() && next == ' ' ? from + 1 : from;
  }

  /** What is no time belongs to the line, which is as old as the one before. */
  private boolean endTime() {
    byte[] text = time.toByteArray();
    time.reset();
    timed = true;
    try {
      at = Instant.parse(new String(text, StandardCharsets.US_ASCII));
      return true;
    } catch (DateTimeParseException none) {
      line.writeBytes(text);
      return false;
    }
  }

  private int addToLine(byte[] bytes, int from) {
    int limit = Math.min(bytes.length, from + LONGEST_LINE - line.size());
    int end = from;
    while (end < limit && bytes[end] != '\n') {
      end++;
    }
    line.write(bytes, from, end - from);
    if (end < limit) {
      endLine();
      return end + 1;
    }
    if (line.size() >= LONGEST_LINE) {
      endLine();
    }
    return end;
  }

  private void endLine() {
    timed = false;
    byte[] bytes = line.toByteArray();
    line.reset();
    lines.accept(at, bytes);
  }

  /** What has no line end yet will never get one. */
  void finish() {
    if (!timed && time.size() > 0) {
      endTime();
    }
    if (timed) {
      endLine();
    }
  }
}
