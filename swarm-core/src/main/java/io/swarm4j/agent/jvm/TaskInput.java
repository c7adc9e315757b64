package io.swarm4j.agent.jvm;

import io.swarm4j.agent.InputPipe;
import io.swarm4j.agent.protocol.ToTask;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.concurrent.Semaphore;

/** Standard input of a task, which those who attach to it write. Thread-safe. */
final class TaskInput implements AutoCloseable {
  private static final int CHUNK = 8 * 1024;
  private static final int AMPLE = 1 << 30;

  private final Semaphore room = new Semaphore(ToTask.FIRST_INPUT_CREDIT);
  private final InputPipe pipe = new InputPipe(bytes -> room.release((int) bytes));
  private volatile boolean closed;

  /** What the task reads. */
  InputStream stream() {
    return pipe;
  }

  /**
   * Passes all of {@code from} on; its end is not that of the task's input, for others may attach.
   * Blocks while there is nothing to read, and while the task does not read.
   */
  void takeFrom(InputStream from) {
    byte[] chunk = new byte[CHUNK];
    try {
      for (int n = from.read(chunk); n >= 0 && !closed; n = from.read(chunk)) {
        room.acquire(n);
        pipe.feed(Arrays.copyOf(chunk, n));
      }
    } catch (IOException gone) {
      // as if all had been read
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
    }
  }

  /** The task has ended. */
  @Override
  public void close() {
    closed = true;
    pipe.close();
    room.release(AMPLE); // all that wait go on, and see that it is closed
  }
}
