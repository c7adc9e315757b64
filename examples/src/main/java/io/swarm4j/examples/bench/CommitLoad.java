package io.swarm4j.examples.bench;

import java.util.Arrays;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/**
 * What a closed loop of writes measured.
 *
 * @param perSecond confirmed writes a second
 * @param medianMicros median latency
 * @param p99Micros latency that one of a hundred writes exceeds
 */
record CommitLoad(double perSecond, double medianMicros, double p99Micros) {
  private static final int KEYS = 1_000;
  private static final int MOST = 2_000_000;

  /** Keeps {@code window} writes of {@code bytes} each under way for a while. */
  static CommitLoad run(CommitTarget target, int window, int bytes, double seconds) {
    byte[] value = new byte[bytes];
    long[] nanos = new long[MOST];
    AtomicInteger done = new AtomicInteger();
    AtomicReference<Throwable> failure = new AtomicReference<>();
    Semaphore free = new Semaphore(window);
    long begin = System.nanoTime();
    long end = begin + (long) (seconds * 1e9);
    for (int i = 0; System.nanoTime() < end && i < MOST && failure.get() == null; i++) {
      free.acquireUninterruptibly();
      long start = System.nanoTime();
      target
          .put(i % KEYS, value)
          .whenComplete(
              (ok, failed) -> {
                if (failed == null) {
                  nanos[done.getAndIncrement()] = System.nanoTime() - start;
                } else {
                  failure.set(failed);
                }
                free.release();
              });
    }
    free.acquireUninterruptibly(window);
    double took = (System.nanoTime() - begin) / 1e9;
    if (failure.get() != null || done.get() == 0) {
      throw new IllegalStateException("a write failed", failure.get());
    }
    long[] sorted = Arrays.copyOf(nanos, done.get());
    Arrays.sort(sorted);
    return new CommitLoad(
        sorted.length / took,
        sorted[sorted.length / 2] / 1e3,
        sorted[(int) (sorted.length * 0.99)] / 1e3);
  }
}
