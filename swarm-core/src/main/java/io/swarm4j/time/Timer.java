package io.swarm4j.time;

/** A task that waits for its time. */
@FunctionalInterface
public interface Timer {

  /**
   * Keeps the task from running, if it has not run yet. Idempotent; may be called from any thread.
   */
  void cancel();

  /** A timer that has nothing to cancel. */
  Timer NONE = () -> {};
}
