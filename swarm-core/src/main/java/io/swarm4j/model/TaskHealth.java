package io.swarm4j.model;

import java.time.Instant;
import java.util.List;

/**
 * What the health checks of a task have found out.
 *
 * <p>It is reported when one of its first three components changes, not with every probe.
 *
 * @param state what they say together
 * @param ready whether the task may get traffic; never before it runs
 * @param failingStreak failures in a row of the check that fails the longest, counted up to its
 *     limit
 * @param log the last results, oldest first, at most {@value #MOST_RESULTS}
 */
public record TaskHealth(State state, boolean ready, int failingStreak, List<Result> log) {
  /** How many results are kept. */
  public static final int MOST_RESULTS = 5;

  /** How many characters of a probe's output are kept. */
  public static final int MOST_OUTPUT = 512;

  /** Before the first probe. */
  public static final TaskHealth STARTING = new TaskHealth(State.STARTING, false, 0, List.of());

  /** Of a task that runs, whose health was not told. */
  public static final TaskHealth PASSED = new TaskHealth(State.HEALTHY, true, 0, List.of());

  public TaskHealth {
    log = Copies.list(log);
  }

  /** States of health, named as in the reference. */
  public enum State {
    /** No check has failed for good, and not all have succeeded yet. */
    STARTING,
    /** All checks have succeeded. */
    HEALTHY,
    /** A check has failed as often in a row as it may. */
    UNHEALTHY
  }

  /**
   * Outcome of one probe.
   *
   * @param check which check it belongs to: {@code health}, {@code startup}, {@code readiness} or
   *     {@code liveness}
   * @param start when it began
   * @param end when it was over
   * @param exitCode 0 if it succeeded; of a command its exit code; -1 if there was no answer in
   *     time
   * @param output the beginning of what it said
   */
  public record Result(String check, Instant start, Instant end, int exitCode, String output) {
    public Result {
      output = output.length() > MOST_OUTPUT ? output.substring(0, MOST_OUTPUT) : output;
    }
  }
}
