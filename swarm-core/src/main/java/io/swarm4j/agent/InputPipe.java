package io.swarm4j.agent;

import io.swarm4j.agent.protocol.ToTask;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.function.LongConsumer;

/**
 * Input for a command or a task, as it comes from elsewhere; what was read is granted anew.
 * Thread-safe; a read waits for more, or for the end.
 */
public final class InputPipe extends InputStream {
  private static final long GRANT = ToTask.FIRST_INPUT_CREDIT / 2;

  private final LongConsumer grant;
  private final Object lock = new Object();
  private final ArrayDeque<byte[]> chunks = new ArrayDeque<>();
  private int position;
  private long consumed;
  private boolean ended;

  /**
   * Without input so far.
   *
   * @param grant told how many bytes there is room for again
   */
  public InputPipe(LongConsumer grant) {
    this.grant = grant;
  }

  /** More input, of which the caller keeps no more under way than was granted. */
  public void feed(byte[] bytes) {
    synchronized (lock) {
      if (!ended && bytes.length > 0) {
        chunks.add(bytes);
        lock.notifyAll();
      }
    }
  }

  /** There is no more. */
  public void end() {
    synchronized (lock) {
      ended = true;
      lock.notifyAll();
    }
  }

  @Override
  public int read() {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] into, int offset, int length) {
    if (length == 0) {
      return 0;
    }
    long room = 0;
    int count;
    synchronized (lock) {
      while (chunks.isEmpty() && !ended) {
        try {
          lock.wait();
        } catch (InterruptedException stop) {
          Thread.currentThread().interrupt();
          return -1;
        }
      }
      byte[] chunk = chunks.peek();
      if (chunk == null) {
        return -1;
      }
      count = Math.min(length, chunk.length - position);
      System.arraycopy(chunk, position, into, offset, count);
      position += count;
      if (position == chunk.length) {
        chunks.remove();
        position = 0;
      }
      consumed += count;
      if (consumed >= GRANT) {
        room = consumed;
        consumed = 0;
      }
    }
    if (room > 0) {
      grant.accept(room);
    }
    return count;
  }

  @Override
  public int available() {
    synchronized (lock) {
      byte[] chunk = chunks.peek();
      return chunk == null ? 0 : chunk.length - position;
    }
  }

  /** Nobody reads any more. */
  @Override
  public void close() {
    synchronized (lock) {
      ended = true;
      chunks.clear();
      position = 0;
      lock.notifyAll();
    }
  }
}
