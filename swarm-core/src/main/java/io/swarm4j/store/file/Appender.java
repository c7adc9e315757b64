package io.swarm4j.store.file;

import io.swarm4j.model.UnavailableException;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread that writes the log, and the queue in front of it.
 *
 * <p>What is queued while a force is in flight is written together next; a record that comes alone
 * is written at once. Thread-safe.
 */
final class Appender {
  private static final Logger LOG = LoggerFactory.getLogger(Appender.class);

  private final Object lock = new Object();
  private final String directory;
  private final LogWriter writer;
  private final Closeable directoryLock;
  private final Thread thread;
  private List<Entry> queue = new ArrayList<>();
  private List<Entry> batch = List.of();
  private long lastIndex;
  private boolean closed;
  private boolean ended;
  private boolean released;
  private @Nullable UnavailableException refusal;

  /**
   * Takes over the writer and the lock of the directory, to be closed at the end.
   *
   * @param directory how messages call it
   */
  Appender(String directory, LogWriter writer, Closeable directoryLock, ThreadFactory threads) {
    this.directory = directory;
    this.writer = writer;
    this.directoryLock = directoryLock;
    this.lastIndex = writer.syncedIndex();
    this.thread = threads.newThread(this::run);
  }

  void start() {
    thread.start();
  }

  long lastIndex() {
    synchronized (lock) {
      return lastIndex;
    }
  }

  void append(long term, byte[] payload, CompletableFuture<Long> done) {
    synchronized (lock) {
      if (refusal == null) {
        queue.add(new Entry(++lastIndex, term, payload, done));
        lock.notifyAll();
        return;
      }
    }
    done.completeExceptionally(refusal);
  }

  /**
   * Writes what is queued, then closes all; waits for that, except on the thread that has to do it.
   */
  void close() {
    refuse(new UnavailableException("The log in " + directory + " is closed"));
    boolean interrupted = false;
    while (Thread.currentThread() != thread && thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException later) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    synchronized (lock) {
      closed = true;
      releaseWhenDone();
    }
  }

  private void refuse(UnavailableException reason) {
    synchronized (lock) {
      if (refusal == null) {
        refusal = reason;
        lock.notifyAll();
      }
    }
  }

  private void run() {
    try {
      while (takeBatch()) {
        writer.write(batch);
      }
      writer.close();
    } catch (IOException | InterruptedException | RuntimeException | Error failed) {
      fail(failed);
    } finally {
      synchronized (lock) {
        ended = true;
        releaseWhenDone();
      }
    }
  }

  /** Waits for records; false when the log is to be closed and all are written. */
  private boolean takeBatch() throws InterruptedException {
    synchronized (lock) {
      while (queue.isEmpty() && refusal == null) {
        lock.wait();
      }
      batch = queue;
      queue = new ArrayList<>();
      return !batch.isEmpty();
    }
  }

  /** Refuses all from now on: what a failed write has left on disk is known only after reading. */
  private void fail(Throwable cause) {
    StorageException failure =
        new StorageException(
            String.format(
                "The log in %s can not be written (%s); it takes no more records until it is"
                    + " opened again",
                directory, cause),
            cause);
    LOG.error("log failed: directory={}", directory, cause);
    List<Entry> lost = new ArrayList<>(batch);
    synchronized (lock) {
      refusal = failure;
      lost.addAll(queue);
      queue = List.of();
    }
    try {
      writer.abandon();
    } catch (IOException alsoFailed) {
      failure.addSuppressed(alsoFailed);
    }
    for (Entry entry : lost) {
      entry.done().completeExceptionally(failure); // does nothing to those that are on disk
    }
  }

  private void releaseWhenDone() {
    if (closed && ended && !released) {
      released = true;
      try {
        directoryLock.close();
      } catch (IOException failed) {
        LOG.warn("lock not released: directory={}", directory, failed);
      }
    }
  }
}
