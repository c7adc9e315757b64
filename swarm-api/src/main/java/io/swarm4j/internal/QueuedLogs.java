package io.swarm4j.internal;

import io.swarm4j.Logs;
import io.swarm4j.model.UnavailableException;
import io.swarm4j.stream.LogEntry;
import io.swarm4j.stream.LogGap;
import io.swarm4j.stream.LogReceiver;
import io.swarm4j.stream.LogSubscription;
import io.swarm4j.time.VirtualTime;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Lines that wait to be taken by their reader; no more than a few are asked for ahead. */
final class QueuedLogs implements Logs, LogReceiver {
  static final int AHEAD = 2048;

  /** How much virtual time a reader lets pass before it is certain that no line will come. */
  private static final Duration VIRTUAL_LIMIT = Duration.ofDays(1);

  private final Waiting waiting;
  private final Consumer<QueuedLogs> onOver;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition arrived = lock.newCondition();
  private ArrayDeque<LogEntry> entries = new ArrayDeque<>();

  /** What the reader has for itself: it takes all that is there at once. */
  private ArrayDeque<LogEntry> own = new ArrayDeque<>();

  private final List<LogGap> gaps = new ArrayList<>();
  private @Nullable LogSubscription subscription;
  private int taken;
  private boolean over;

  /**
   * Without lines so far.
   *
   * @param onOver told once no more will come
   */
  QueuedLogs(Waiting waiting, Consumer<QueuedLogs> onOver) {
    this.waiting = waiting;
    this.onOver = onOver;
  }

  void begin(LogSubscription begun) {
    subscription = begun;
    begun.request(AHEAD);
  }

  @Override
  public void entry(LogEntry entry) {
    lock.lock();
    try {
      if (entries.isEmpty()) {
        arrived.signal();
      }
      entries.add(entry);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void gap(LogGap gap) {
    lock.lock();
    try {
      gaps.add(gap);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void end(List<LogGap> all) {
    finish();
  }

  private void finish() {
    lock.lock();
    try {
      over = true;
      arrived.signal();
    } finally {
      lock.unlock();
    }
    onOver.accept(this);
  }

  @Override
  public boolean hasNext() {
    if (!own.isEmpty()) {
      return true;
    }
    if (waiting.time() instanceof VirtualTime virtual
        && !virtual.runUntil(this::isReady, VIRTUAL_LIMIT)) {
      throw new UnavailableException("no line came within " + VIRTUAL_LIMIT + " of virtual time");
    }
    lock.lock();
    try {
      while (entries.isEmpty() && !over) {
        arrived.await();
      }
      ArrayDeque<LogEntry> read = own;
      own = entries;
      entries = read;
      return !own.isEmpty();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new UnavailableException("interrupted while waiting for output", interrupted);
    } finally {
      lock.unlock();
    }
  }

  private boolean isReady() {
    lock.lock();
    try {
      return over || !entries.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public LogEntry next() {
    if (!hasNext()) {
      throw new NoSuchElementException("there are no more lines");
    }
    LogEntry entry = own.remove();
    LogSubscription open = subscription;
    if (++taken == AHEAD / 2 && open != null) {
      open.request(taken);
      taken = 0;
    }
    return entry;
  }

  @Override
  public List<LogGap> gaps() {
    lock.lock();
    try {
      return List.copyOf(gaps);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    LogSubscription open = subscription;
    if (open != null) {
      open.close();
    }
    finish();
  }
}
