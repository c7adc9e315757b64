package io.swarm4j.sim;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HexFormat;
import java.util.List;

/**
 * What happened in a simulated swarm, line by line; the same seed gives the same bytes, and so the
 * same hash, on every machine.
 *
 * <p>All lines go into the hash; only the newest are kept. Not thread-safe.
 */
public final class Trace {
  private static final int PIECE = 16 * 1024;

  private final MessageDigest digest;
  private final StringBuilder undigested = new StringBuilder(PIECE + 1024);
  private final ArrayDeque<String> newest = new ArrayDeque<>();
  private final int kept;
  private long count;

  /** An empty trace that keeps its newest {@code kept} lines. */
  Trace(int kept) {
    this.kept = kept;
    try {
      this.digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException missing) {
      throw new IllegalStateException("this JVM lacks SHA-256", missing);
    }
  }

  void add(Duration at, String what) {
    int from = undigested.length();
    appendTime(at);
    undigested.append(' ').append(what).append('\n');
    count++;
    if (kept > 0) {
      if (newest.size() == kept) {
        newest.removeFirst();
      }
      newest.addLast(undigested.substring(from, undigested.length() - 1));
    }
    if (undigested.length() >= PIECE) {
      digestRest();
    }
  }

  private void appendTime(Duration at) {
    undigested.append(at.getSeconds()).append('.');
    String micros = Integer.toString(at.getNano() / 1_000);
    undigested.append("000000", 0, 6 - micros.length()).append(micros).append('s');
  }

  private void digestRest() {
    digest.update(undigested.toString().getBytes(StandardCharsets.UTF_8));
    undigested.setLength(0);
  }

  /** How many lines there were. */
  public long count() {
    return count;
  }

  /** The newest lines, oldest first. */
  public List<String> newest() {
    return List.copyOf(newest);
  }

  /** SHA-256 over all lines so far, in hexadecimal. */
  public String hash() {
    digestRest();
    try {
      return HexFormat.of().formatHex(((MessageDigest) digest.clone()).digest());
    } catch (CloneNotSupportedException unsupported) {
      throw new IllegalStateException("SHA-256 of this JVM can not be cloned", unsupported);
    }
  }
}
