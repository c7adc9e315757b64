package io.swarm4j.model;

import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How a change, or a rollback, reaches the tasks of a service.
 *
 * @param parallelism slots that are replaced at a time, 0 for all at once
 * @param delay pause after each replaced slot
 * @param failureAction what happens when too many new tasks fail
 * @param monitor time after a task's start during which its end counts as a failure
 * @param maxFailureRatio share of slots, 0 to 1, that may fail before {@code failureAction}
 * @param order whether the old task ends before the new one starts
 * @param progressDeadline the roll-out fails if no slot is finished for this long; null waits for
 *     ever
 * @param whilePaused whether slots whose tasks end are refilled while the roll-out is paused
 */
@RecordBuilder
public record UpdatePolicy(
    int parallelism,
    Duration delay,
    FailureAction failureAction,
    Duration monitor,
    double maxFailureRatio,
    UpdateOrder order,
    @Nullable Duration progressDeadline,
    WhilePaused whilePaused)
    implements UpdatePolicyBuilder.With {

  /** What happens when too many new tasks fail. */
  public enum FailureAction {
    PAUSE,
    CONTINUE,
    ROLLBACK
  }

  /** Whether the old task ends before the new one starts. */
  public enum UpdateOrder {
    STOP_FIRST,
    START_FIRST
  }

  /** What happens to slots whose tasks end while a roll-out is paused. */
  public enum WhilePaused {
    /** They are refilled under the restart policy, with the new spec: as the reference does. */
    REFILL,
    /** They stay empty until the roll-out goes on or another spec is put in force. */
    HOLD
  }

  /** The reference's defaults: one at a time, no delay, pause on the first failure within 5 s. */
  public static final UpdatePolicy DEFAULT =
      new UpdatePolicy(
          1,
          Duration.ZERO,
          FailureAction.PAUSE,
          Duration.ofSeconds(5),
          0,
          UpdateOrder.STOP_FIRST,
          null,
          WhilePaused.REFILL);

  public UpdatePolicy {
    delay = Copies.or(delay, Duration.ZERO);
    failureAction = Copies.or(failureAction, FailureAction.PAUSE);
    monitor = Copies.or(monitor, Duration.ofSeconds(5));
    order = Copies.or(order, UpdateOrder.STOP_FIRST);
    whilePaused = Copies.or(whilePaused, WhilePaused.REFILL);
    Check.of("UpdatePolicy")
        .that(parallelism >= 0, "parallelism", parallelism, "0 (all at once) or more")
        .duration(delay, "delay")
        .duration(monitor, "monitor")
        .duration(progressDeadline, "progressDeadline")
        .that(
            maxFailureRatio >= 0 && maxFailureRatio <= 1,
            "maxFailureRatio",
            maxFailureRatio,
            "0 to 1")
        .orThrow();
  }

  /** Starts from the defaults. */
  public static UpdatePolicyBuilder builder() {
    return UpdatePolicyBuilder.builder(DEFAULT);
  }
}
