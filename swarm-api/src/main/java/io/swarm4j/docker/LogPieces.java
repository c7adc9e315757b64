package io.swarm4j.docker;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;

/**
 * Puts a line of a log together from the pieces that the engine makes of it, each of which begins
 * with its time. A line ends where it grows longer than 16 KiB, as it does in other runtimes.
 */
final class LogPieces {
  static final int LONGEST_LINE = 16 * 1024;

  private final ByteArrayOutputStream line = new ByteArrayOutputStream();
  private Instant at = Instant.EPOCH;
  private boolean begun;

  /** Adds a piece; whether the line is complete. */
  boolean add(byte[] piece) {
    int blank = 0;
    while (blank < piece.length && piece[blank] != ' ') {
      blank++;
    }
    int start = Math.min(blank + 1, piece.length);
    try {
      Instant time = Instant.parse(new String(piece, 0, blank, StandardCharsets.US_ASCII));
      if (!begun) {
        at = time;
      }
    } catch (DateTimeParseException none) {
      start = 0;
    }
    begun = true;
    boolean complete = piece.length > start && piece[piece.length - 1] == '\n';
    line.write(piece, start, piece.length - start - (complete ? 1 : 0));
    return complete || line.size() >= LONGEST_LINE;
  }

  boolean isEmpty() {
    return !begun;
  }

  /** When its first piece was written. */
  Instant at() {
    return at;
  }

  /** The line; then begins anew. */
  byte[] take() {
    byte[] bytes = line.toByteArray();
    line.reset();
    begun = false;
    return bytes;
  }
}
