package io.swarm4j.time;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.PriorityQueue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A loop on a daemon thread of its own.
 *
 * <p>Timers run on the monotonic clock, so that a step of the wall clock moves none of them.
 */
final class RealLoop implements Loop {
  private static final Logger LOG = LoggerFactory.getLogger(RealLoop.class);
  private static final long JOIN_MILLIS = 5_000;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final ArrayDeque<Runnable> queue = new ArrayDeque<>();
  private final PriorityQueue<Alarm> alarms = new PriorityQueue<>();
  private final Thread thread;
  private long sequence;
  private int cancelledSinceSweep;
  private boolean closed;

  private RealLoop(String name) {
    this.thread = RealTime.daemon(this::run, name);
  }

  static RealLoop start(String name) {
    RealLoop loop = new RealLoop(name);
    loop.thread.start();
    return loop;
  }

  @Override
  public void execute(Runnable task) {
    lock.lock();
    try {
      if (!closed) {
        queue.add(task);
        if (queue.size() == 1) {
          changed.signal();
        }
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Timer schedule(Duration delay, Runnable task) {
    long nanos = delay.isNegative() ? 0 : saturatedNanos(delay);
    lock.lock();
    try {
      Alarm alarm = new Alarm(System.nanoTime() + nanos, sequence++, task);
      if (!closed) {
        alarms.add(alarm);
        if (alarms.peek() == alarm) {
          changed.signal();
        }
      }
      return () -> cancel(alarm);
    } finally {
      lock.unlock();
    }
  }

  private static long saturatedNanos(Duration delay) {
    long longest = Long.MAX_VALUE / 4; // keeps the sum with nanoTime comparable
    return delay.compareTo(Duration.ofNanos(longest)) >= 0 ? longest : delay.toNanos();
  }

  private void cancel(Alarm alarm) {
    lock.lock();
    try {
      alarm.cancelled = true;
      if (!alarms.isEmpty() && alarms.size() > 64 && ++cancelledSinceSweep > alarms.size() / 2) {
        alarms.removeIf(waiting -> waiting.cancelled);
        cancelledSinceSweep = 0;
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Instant now() {
    return Instant.now();
  }

  @Override
  public boolean isCurrent() {
    return Thread.currentThread() == thread;
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      queue.clear();
      alarms.clear();
      changed.signal();
    } finally {
      lock.unlock();
    }
    if (!isCurrent()) {
      boolean interrupted = false;
      try {
        thread.join(JOIN_MILLIS);
      } catch (InterruptedException stop) {
        interrupted = true;
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void run() {
    for (Runnable task = next(); task != null; task = next()) {
      try {
        task.run();
      } catch (Throwable fault) {
        LOG.error("a task on loop {} failed", thread.getName(), fault);
      }
    }
  }

  private @Nullable Runnable next() {
    lock.lock();
    try {
      while (!closed) {
        Alarm first = alarms.peek();
        long wait = first == null ? Long.MAX_VALUE : first.due - System.nanoTime();
        if (first != null && (first.cancelled || wait <= 0)) {
          alarms.remove();
          if (!first.cancelled) {
            return first.task;
          }
          continue;
        }
        Runnable task = queue.poll();
        if (task != null) {
          return task;
        }
        await(first == null ? Long.MAX_VALUE : wait);
      }
      return null;
    } finally {
      lock.unlock();
    }
  }

  private void await(long nanos) {
    try {
      if (nanos == Long.MAX_VALUE) {
        changed.await();
      } else {
        changed.awaitNanos(nanos);
      }
    } catch (InterruptedException ignoredByDesign) {
      LOG.debug("loop {} was interrupted; it ends by close() only", thread.getName());
    }
  }

  private static final class Alarm implements Comparable<Alarm> {
    private final long due;
    private final long sequence;
    private final Runnable task;
    private boolean cancelled;

    Alarm(long due, long sequence, Runnable task) {
      this.due = due;
      this.sequence = sequence;
      this.task = task;
    }

    @Override
    public int compareTo(Alarm other) {
      int byTime = Long.compare(due - other.due, 0);
      return byTime != 0 ? byTime : Long.compare(sequence, other.sequence);
    }
  }
}
