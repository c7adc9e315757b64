package io.swarm4j.agent;

import io.swarm4j.agent.LogSink.Stream;
import io.swarm4j.time.Time;
import java.io.OutputStream;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * The output of one task: takes lines from it and hands them to those who read.
 *
 * <p>A reader takes a thread only while there is something for it to read. Thread-safe.
 */
public final class TaskLog implements AutoCloseable {
  private final LogStorage storage;
  private final Time time;
  private final Executor threads;
  private final Set<LogReader> followers = new LinkedHashSet<>();
  private boolean ended;

  /**
   * Of a task that has written nothing yet.
   *
   * @param time stamps the lines
   * @param threads on which sinks are called; they may block
   */
  public TaskLog(LogStorage storage, Time time, Executor threads) {
    this.storage = storage;
    this.time = time;
    this.threads = threads;
  }

  /** Adds a line; {@code bytes} must not be changed afterwards. */
  public void append(Stream stream, byte[] bytes) {
    storage.append(new LogLine(time.now(), stream, bytes));
    wakeFollowers();
  }

  /** What is written there becomes lines; an unfinished line is added when it is closed. */
  public OutputStream writer(Stream stream) {
    return new LineSplitter(line -> append(stream, line));
  }

  /** There will be no more: those who follow get the end. Idempotent. */
  public void end() {
    synchronized (this) {
      ended = true;
    }
    wakeFollowers();
  }

  /** Starts a reading; see {@link Container#logs}. */
  public AutoCloseable read(LogOptions options, LogSink sink) {
    LogReader reader = new LogReader(this, storage, options, sink);
    synchronized (this) {
      if (options.follow()) {
        followers.add(reader);
      }
    }
    wake(reader);
    return () -> {
      reader.close();
      forget(reader);
    };
  }

  synchronized boolean hasEnded() {
    return ended;
  }

  synchronized void forget(LogReader reader) {
    followers.remove(reader);
  }

  /** Ends all readings and removes the lines. Idempotent. */
  @Override
  public void close() {
    end();
    storage.close();
  }

  private void wakeFollowers() {
    List<LogReader> all;
    synchronized (this) {
      if (followers.isEmpty()) {
        return;
      }
      all = List.copyOf(followers);
    }
    all.forEach(this::wake);
  }

  private void wake(LogReader reader) {
    if (reader.needsThread()) {
      try {
        threads.execute(reader);
      } catch (RejectedExecutionException closed) {
        reader.close();
        forget(reader);
      }
    }
  }
}
