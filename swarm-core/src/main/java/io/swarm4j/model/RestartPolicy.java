package io.swarm4j.model;

import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Duration;

/**
 * What follows when a task ends.
 *
 * @param condition after which ends a new task takes the slot
 * @param delay time between the end and the start of the new task
 * @param maxAttempts most restarts of a slot per spec version, 0 for no limit
 * @param window restarts older than this do not count against {@code maxAttempts}; 0 counts all
 * @param backoff how the delay grows while a slot fails again and again
 */
@RecordBuilder
public record RestartPolicy(
    RestartCondition condition, Duration delay, int maxAttempts, Duration window, Backoff backoff)
    implements RestartPolicyBuilder.With {

  /** Ends after which a task is replaced. */
  public enum RestartCondition {
    NONE,
    ON_FAILURE,
    ANY
  }

  /** The reference's defaults: always, after 5 s, without limit. */
  public static final RestartPolicy DEFAULT =
      new RestartPolicy(
          RestartCondition.ANY, Duration.ofSeconds(5), 0, Duration.ZERO, Backoff.DEFAULT);

  public RestartPolicy {
    condition = Copies.or(condition, RestartCondition.ANY);
    delay = Copies.or(delay, Duration.ofSeconds(5));
    window = Copies.or(window, Duration.ZERO);
    backoff = Copies.or(backoff, Backoff.DEFAULT);
    Check.of("RestartPolicy")
        .duration(delay, "delay")
        .duration(window, "window")
        .that(maxAttempts >= 0, "maxAttempts", maxAttempts, "0 (no limit) or more")
        .orThrow();
  }

  /** Starts from the defaults. */
  public static RestartPolicyBuilder builder() {
    return RestartPolicyBuilder.builder(DEFAULT);
  }

  /**
   * Crash-loop backoff: after {@code threshold} quick failures in a row each further delay doubles.
   *
   * @param threshold failures in a row after which the delay starts to grow; 0 switches backoff off
   * @param max longest delay
   * @param stableAfter a run of this length ends the row
   */
  public record Backoff(int threshold, Duration max, Duration stableAfter) {

    /** The same delay for ever, as the reference has it. */
    public static final Backoff OFF = new Backoff(0, Duration.ZERO, Duration.ZERO);

    /** Ten free tries, then doubling up to 5 minutes; a run of 10 minutes starts afresh. */
    public static final Backoff DEFAULT =
        new Backoff(10, Duration.ofMinutes(5), Duration.ofMinutes(10));

    public Backoff {
      Check.of("Backoff")
          .that(threshold >= 0, "threshold", threshold, "0 (off) or more")
          .duration(max, "max")
          .duration(stableAfter, "stableAfter")
          .orThrow();
    }

    /** The delay before the restart that follows {@code failures} quick failures in a row. */
    public Duration delay(Duration base, int failures) {
      if (threshold == 0 || failures <= threshold || base.compareTo(max) >= 0) {
        return base;
      }
      Duration step = base.isZero() ? Duration.ofSeconds(1) : base;
      for (int i = threshold; i < failures && step.compareTo(max) < 0; i++) {
        step = step.multipliedBy(2);
      }
      return step.compareTo(max) < 0 ? step : max;
    }
  }
}
