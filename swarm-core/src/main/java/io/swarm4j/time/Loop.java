package io.swarm4j.time;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Executor;

/**
 * A single thread of control with timers: tasks run one after the other, in the order in which they
 * were handed in.
 *
 * <p>All methods may be called from any thread. A task that throws is reported to the loop's fault
 * handler and does not harm those after it.
 */
public interface Loop extends Executor, AutoCloseable {

  /**
   * Runs {@code task} on the loop, after all that was handed in before. Ignored once the loop is
   * closed.
   */
  @Override
  void execute(Runnable task);

  /**
   * Runs {@code task} on the loop once {@code delay} has passed.
   *
   * @param delay zero or negative runs it as soon as possible
   */
  Timer schedule(Duration delay, Runnable task);

  /** The present time, as stamped on objects. */
  Instant now();

  /** Whether the caller runs on this loop. */
  boolean isCurrent();

  /**
   * Ends the loop once the task that runs now is done; what waits is dropped. Idempotent, bounded
   * in time.
   */
  @Override
  void close();
}
