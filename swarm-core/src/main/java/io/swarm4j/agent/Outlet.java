package io.swarm4j.agent;

import io.swarm4j.agent.protocol.FromTask;
import io.swarm4j.time.Loop;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/**
 * Sends the output of a task as far as the manager has granted it, many pieces in one message where
 * they come faster than they can be sent. Who writes more than can be sent is made to wait.
 *
 * <p>Thread-safe. Messages go out on the agent's loop, in order.
 */
final class Outlet<T> {
  private static final long MOST_WAITING = 64 * 1024;
  private static final long LARGEST_MESSAGE = 64 * 1024;

  private final Loop loop;
  private final ToLongFunction<T> cost;
  private final Function<List<T>, FromTask> pack;
  private final Consumer<FromTask> out;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition room = lock.newCondition();
  private final ArrayDeque<T> waiting = new ArrayDeque<>();
  private final ArrayDeque<Mark> marks = new ArrayDeque<>();
  private long waitingCost;
  private long put;
  private long sent;
  private long credit;
  private boolean planned;
  private boolean closed;

  /** A message that comes after so many pieces. */
  private record Mark(long after, FromTask message) {}

  Outlet(
      Loop loop,
      long credit,
      ToLongFunction<T> cost,
      Function<List<T>, FromTask> pack,
      Consumer<FromTask> out) {
    this.loop = loop;
    this.credit = credit;
    this.cost = cost;
    this.pack = pack;
    this.out = out;
  }

  /**
   * Hands over a piece; waits while there is no room for it, but never on the loop. A writer that
   * is interrupted meanwhile is about to end, and what it has to say is dropped.
   */
  void put(T piece) {
    lock.lock();
    try {
      while (waitingCost >= MOST_WAITING && !closed && !loop.isCurrent()) {
        room.await();
      }
      if (!closed) {
        waiting.add(piece);
        waitingCost += cost.applyAsLong(piece);
        put++;
        plan();
      }
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
    } finally {
      lock.unlock();
    }
  }

  /** Has a message sent after all pieces so far; it needs no credit. */
  void mark(FromTask message) {
    lock.lock();
    try {
      if (!closed) {
        marks.add(new Mark(put, message));
        plan();
      }
    } finally {
      lock.unlock();
    }
  }

  /** More may be sent. */
  void grant(long bytes) {
    lock.lock();
    try {
      credit += bytes;
      plan();
    } finally {
      lock.unlock();
    }
  }

  /** Drops what waits; nobody has to wait any more. Idempotent. */
  void close() {
    lock.lock();
    try {
      closed = true;
      waiting.clear();
      marks.clear();
      room.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void plan() {
    if (!planned) {
      planned = true;
      loop.execute(this::flush);
    }
  }

  private void flush() {
    List<FromTask> messages = new ArrayList<>();
    lock.lock();
    try {
      planned = false;
      while (true) {
        Mark mark = marks.peek();
        if (mark != null && mark.after() == sent) {
          messages.add(mark.message());
          marks.remove();
        } else if (!waiting.isEmpty() && credit > 0) {
          messages.add(pack.apply(batch(mark == null ? put : mark.after())));
        } else {
          break;
        }
      }
      if (waitingCost < MOST_WAITING) {
        room.signalAll();
      }
    } finally {
      lock.unlock();
    }
    messages.forEach(out);
  }

  private List<T> batch(long end) {
    List<T> batch = new ArrayList<>();
    long size = 0;
    while (sent < end && credit > 0 && size < LARGEST_MESSAGE) {
      T piece = waiting.remove();
      long its = cost.applyAsLong(piece);
      batch.add(piece);
      sent++;
      size += its;
      credit -= its;
      waitingCost -= its;
    }
    return batch;
  }
}
