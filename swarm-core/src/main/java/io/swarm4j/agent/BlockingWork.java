package io.swarm4j.agent;

import io.swarm4j.time.Loop;
import io.swarm4j.time.Time;
import io.swarm4j.time.Timer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Threads for work that blocks, which a runtime keeps away from its loop: nothing ever waits for a
 * thread, and each is gone after some idle seconds. Thread-safe.
 */
public final class BlockingWork implements Executor, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(BlockingWork.class);
  private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final long JOIN_MILLIS = 2_000;

  private final ThreadFactory threads;
  private final Loop loop;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition arrived = lock.newCondition();
  private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();
  private final Set<Thread> workers = new LinkedHashSet<>();
  private int idle;
  private boolean closed;

  /**
   * Without any thread yet.
   *
   * @param name name of the threads
   * @param loop on which time limits are watched
   */
  public BlockingWork(Time time, String name, Loop loop) {
    this.threads = time.newThreads(name);
    this.loop = loop;
  }

  /**
   * Runs {@code work} on a thread that does nothing else meanwhile.
   *
   * @throws RejectedExecutionException if this is closed
   */
  @Override
  public void execute(Runnable work) {
    lock.lock();
    try {
      if (closed) {
        throw new RejectedExecutionException("closed");
      }
      waiting.add(work);
      if (idle >= waiting.size()) {
        arrived.signal();
      } else {
        Thread worker = threads.newThread(this::serve);
        workers.add(worker);
        worker.start();
      }
    } finally {
      lock.unlock();
    }
  }

  private void serve() {
    for (Runnable work = next(); work != null; work = next()) {
      try {
        work.run();
      } catch (Throwable fault) {
        if (isClosed()) {
          LOG.debug("work was interrupted, since what it was for is closed", fault);
        } else {
          LOG.error("work of a runtime failed", fault);
        }
      }
      Thread.interrupted(); // an interruption was meant for the work, not for the next
    }
  }

  private boolean isClosed() {
    lock.lock();
    try {
      return closed;
    } finally {
      lock.unlock();
    }
  }

  private @Nullable Runnable next() {
    lock.lock();
    try {
      long left = IDLE_NANOS;
      while (waiting.isEmpty() && !closed && left > 0) {
        idle++;
        try {
          left = arrived.awaitNanos(left);
        } catch (InterruptedException stray) {
          LOG.debug("an idle worker was interrupted");
        } finally {
          idle--;
        }
      }
      Runnable work = closed ? null : waiting.poll();
      if (work == null) {
        workers.remove(Thread.currentThread());
      }
      return work;
    } finally {
      lock.unlock();
    }
  }

  /** The outcome of {@code work}; fails if this is closed. */
  public <T> CompletableFuture<T> call(Callable<T> work) {
    CompletableFuture<T> result = new CompletableFuture<>();
    submit(work, result);
    return result;
  }

  /**
   * The outcome of {@code work}; fails if this is closed. Whoever completes it from outside has the
   * work interrupted.
   */
  public <T> CompletableFuture<T> callUntilDone(Callable<T> work) {
    CompletableFuture<T> own = new CompletableFuture<>();
    FutureTask<?> running = submit(work, own);
    CompletableFuture<T> result = own.copy();
    result.whenComplete(
        (value, failure) -> {
          if (!own.isDone()) {
            running.cancel(true);
          }
        });
    return result;
  }

  /**
   * The outcome of {@code work}; if it takes longer than {@code limit} its thread is interrupted
   * and {@code late} takes its place.
   */
  public <T> CompletableFuture<T> callWithin(Duration limit, Callable<T> work, Supplier<T> late) {
    CompletableFuture<T> result = new CompletableFuture<>();
    FutureTask<?> running = submit(work, result);
    Timer timer =
        loop.schedule(
            limit,
            () -> {
              result.complete(late.get());
              running.cancel(true);
            });
    result.whenComplete((value, failure) -> timer.cancel());
    return result;
  }

  private <T> FutureTask<?> submit(Callable<T> work, CompletableFuture<T> result) {
    FutureTask<?> task =
        new FutureTask<>(
            () -> {
              try {
                result.complete(work.call());
              } catch (Throwable failure) {
                result.completeExceptionally(failure);
              }
              return null;
            });
    try {
      execute(task);
    } catch (RejectedExecutionException refused) {
      result.completeExceptionally(refused);
    }
    return task;
  }

  /** Interrupts what runs and waits, within bounds, until it has ended. Idempotent. */
  @Override
  public void close() {
    List<Thread> all;
    lock.lock();
    try {
      closed = true;
      waiting.clear();
      arrived.signalAll();
      all = List.copyOf(workers);
    } finally {
      lock.unlock();
    }
    all.forEach(Thread::interrupt);
    try {
      for (Thread worker : all) {
        if (worker != Thread.currentThread()) {
          worker.join(JOIN_MILLIS);
        }
      }
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
    }
  }
}
