package io.swarm4j.agent;

import io.swarm4j.agent.LogSink.Stream;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One reading of a task's log: runs when woken until it has delivered what there is. */
final class LogReader implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(LogReader.class);

  private final TaskLog log;
  private final LogStorage storage;
  private final LogOptions options;
  private final LogSink sink;

  /** Wake-ups not yet answered; the thread that raises it from zero runs the reader. */
  private final AtomicInteger wakeUps = new AtomicInteger();

  private final long snapshotEnd;
  private long position;
  private long skip = -1;
  private boolean caughtUp;
  private volatile boolean closed;

  LogReader(TaskLog log, LogStorage storage, LogOptions options, LogSink sink) {
    this.log = log;
    this.storage = storage;
    this.options = options;
    this.sink = sink;
    this.snapshotEnd = storage.next();
  }

  /** Notes that there may be something new; whether the caller must have it run. */
  boolean needsThread() {
    return !closed && wakeUps.getAndIncrement() == 0;
  }

  void close() {
    closed = true;
  }

  @Override
  public void run() {
    int answered = wakeUps.get();
    while (answered != 0) {
      try {
        deliver();
      } catch (RuntimeException fault) {
        LOG.warn("a receiver of log lines failed; its reading ends", fault);
        finish();
      }
      answered = wakeUps.addAndGet(-answered);
    }
  }

  private void deliver() {
    if (skip < 0) {
      skip = options.tail() < 0 ? 0 : Math.max(0, matching() - options.tail());
    }
    while (!closed) {
      boolean last = log.hasEnded();
      LogStorage.Batch batch = storage.read(position);
      position = batch.next();
      batch.lines().forEach(this::offer);
      if (!closed && !caughtUp && isDone(batch)) {
        caughtUp = true;
        sink.caughtUp();
      }
      if (!closed && (options.follow() ? last && batch.lines().isEmpty() : isDone(batch))) {
        finish();
        sink.end();
      }
      if (batch.lines().isEmpty()) {
        return;
      }
    }
  }

  private boolean isDone(LogStorage.Batch batch) {
    return batch.lines().isEmpty() || position >= snapshotEnd;
  }

  private void offer(LogLine line) {
    if (!closed && wanted(line)) {
      if (skip > 0) {
        skip--;
      } else {
        sink.line(line.at(), line.stream(), line.bytes());
      }
    }
  }

  private long matching() {
    long count = 0;
    long at = 0;
    LogStorage.Batch batch = storage.read(at);
    while (!batch.lines().isEmpty() && at < snapshotEnd) {
      count += batch.lines().stream().filter(this::wanted).count();
      at = batch.next();
      batch = storage.read(at);
    }
    return count;
  }

  private boolean wanted(LogLine line) {
    boolean stream = line.stream() == Stream.STDOUT ? options.stdout() : options.stderr();
    return stream && (options.since() == null || !line.at().isBefore(options.since()));
  }

  private void finish() {
    closed = true;
    log.forget(this);
  }
}
