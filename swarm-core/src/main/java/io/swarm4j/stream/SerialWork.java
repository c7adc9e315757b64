package io.swarm4j.stream;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Work that is done again whenever there is something new for it, one run at a time, and takes a
 * thread only then. Thread-safe.
 */
public final class SerialWork implements Runnable {
  private final Executor threads;
  private final Runnable work;

  /** Wake-ups not yet answered; the thread that raises it from zero runs the work. */
  private final AtomicInteger wakeUps = new AtomicInteger();

  /** Work that was not asked for yet. */
  public SerialWork(Executor threads, Runnable work) {
    this.threads = threads;
    this.work = work;
  }

  /**
   * Notes that there is something new. Does not block.
   *
   * @throws RejectedExecutionException if there are no more threads to be had
   */
  public void wake() {
    if (wakeUps.getAndIncrement() == 0) {
      threads.execute(this);
    }
  }

  @Override
  public void run() {
    int answered = wakeUps.get();
    while (answered != 0) {
      work.run();
      answered = wakeUps.addAndGet(-answered);
    }
  }
}
