package io.swarm4j.engine;

import io.swarm4j.engine.http.Response;
import io.swarm4j.engine.http.Sink;
import java.io.InputStream;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/** What a client sends, as a stream; while much of it waits, the client is not read from. */
final class ClientInput extends InputStream implements Response.Incoming {
  private static final int MUCH = 1 << 20;

  private final Sink connection;
  private final ArrayDeque<byte[]> pieces = new ArrayDeque<>();
  private int offset;
  private int waiting;
  private boolean ended;

  ClientInput(Sink connection) {
    this.connection = connection;
  }

  @Override
  public synchronized void received(byte[] bytes) {
    if (!ended && bytes.length > 0) {
      pieces.add(bytes);
      waiting += bytes.length;
      if (waiting > MUCH) {
        connection.pauseReading();
      }
      notifyAll();
    }
  }

  @Override
  public synchronized void ended() {
    ended = true;
    notifyAll();
  }

  @Override
  public int read() {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public synchronized int read(byte[] target, int from, int length) {
    byte[] piece = next();
    if (piece == null) {
      return -1;
    }
    int count = Math.min(length, piece.length - offset);
    System.arraycopy(piece, offset, target, from, count);
    offset += count;
    waiting -= count;
    if (offset == piece.length) {
      pieces.remove();
      offset = 0;
    }
    if (waiting < MUCH) {
      connection.resumeReading();
    }
    return count;
  }

  private byte @Nullable [] next() {
    while (pieces.isEmpty() && !ended) {
      try {
        wait();
      } catch (InterruptedException stop) {
        Thread.currentThread().interrupt();
        return null;
      }
    }
    return pieces.peek();
  }

  @Override
  public synchronized int available() {
    return waiting;
  }

  @Override
  public synchronized void close() {
    ended = true;
    pieces.clear();
    notifyAll();
  }
}
