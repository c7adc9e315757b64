package io.swarm4j.model;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Where a roll-out stands.
 *
 * @param state its state
 * @param startedAt when it began
 * @param completedAt when it ended; null while it goes on
 * @param message text as in the reference
 */
public record UpdateStatus(
    State state, Instant startedAt, @Nullable Instant completedAt, String message) {

  /** States of a roll-out, named as in the reference. */
  public enum State {
    UPDATING,
    PAUSED,
    COMPLETED,
    ROLLBACK_STARTED,
    ROLLBACK_PAUSED,
    ROLLBACK_COMPLETED
  }
}
