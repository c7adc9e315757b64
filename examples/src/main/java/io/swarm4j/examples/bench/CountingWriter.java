package io.swarm4j.examples.bench;

import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;

/**
 * Increments a counter of its own by way of one manager after another, and checks each answer:
 * since nobody else writes it, its value is one more than at the last answer, plus at most the
 * number of increments since whose fate is unknown. Less is a lost write, more a repeated one.
 */
final class CountingWriter implements Runnable {
  private static final int PATIENCE_SECONDS = 60;

  private final String counter;
  private final List<BenchProcess> managers;
  private final BiConsumer<Long, Long> acknowledged;
  private final AtomicBoolean stopped = new AtomicBoolean();
  private int manager;
  private long value;
  private long unknown;
  private long writes;
  private long lost;
  private long repeated;

  /**
   * Writes a counter.
   *
   * @param first the manager that is asked first, an index
   * @param acknowledged gets when an increment was asked for and when it was confirmed, in
   *     nanoseconds of {@link System#nanoTime}
   */
  CountingWriter(
      String counter, List<BenchProcess> managers, int first, BiConsumer<Long, Long> acknowledged) {
    this.counter = counter;
    this.managers = managers;
    this.manager = first;
    this.acknowledged = acknowledged;
  }

  @Override
  public void run() {
    while (!stopped.get()) {
      long asked = System.nanoTime();
      try {
        long answer =
            Long.parseLong(
                managers
                    .get(manager)
                    .ask("increment " + counter)
                    .orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS)
                    .join());
        acknowledged.accept(asked, System.nanoTime());
        writes++;
        check(answer);
      } catch (CompletionException failed) {
        unknown++;
        manager = (manager + 1) % managers.size();
      }
    }
  }

  private void check(long answer) {
    lost += Math.max(0, value + 1 - answer);
    repeated += Math.max(0, answer - value - 1 - unknown);
    value = answer;
    unknown = 0;
  }

  /** Increments once more, and so compares with what the leader has in the end. */
  void checkEnd(BenchProcess any) {
    check(Long.parseLong(any.get("increment " + counter)));
  }

  void stop() {
    stopped.set(true);
  }

  /** Confirmed increments. */
  long writes() {
    return writes;
  }

  /** Confirmed increments that are not there. */
  long lost() {
    return lost;
  }

  /** Increments that were applied more than once. */
  long repeated() {
    return repeated;
  }
}
