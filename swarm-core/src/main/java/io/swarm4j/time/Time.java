package io.swarm4j.time;

import java.time.Instant;
import java.util.concurrent.ThreadFactory;

/**
 * Where a swarm gets its time, threads and chance from: {@link RealTime} or {@link VirtualTime}.
 *
 * <p>Thread-safe.
 */
public interface Time {

  /** The present time. */
  Instant now();

  /**
   * Starts a loop.
   *
   * @param name name of its thread, if it has one of its own
   */
  Loop newLoop(String name);

  /**
   * A source of chance of its own for one user; under virtual time it follows from the seed and the
   * order of calls.
   */
  Chance newChance();

  /**
   * Makes daemon threads for blocking work, named {@code name-1}, {@code name-2}, …
   *
   * @throws UnsupportedOperationException under virtual time, where nothing may block
   */
  ThreadFactory newThreads(String name);
}
