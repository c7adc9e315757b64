package io.swarm4j.model;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What became of one update or rollback; unlike {@link UpdateStatus} it outlives later changes.
 *
 * @param kind what it was
 * @param fromVersion version of the spec that was in force before
 * @param toVersion version of the spec that was rolled out
 * @param startedAt when it began
 * @param endedAt when it came to its outcome; null while it goes on
 * @param outcome what became of it
 * @param cause why it was paused or failed; of a rollback that goes on or ended well, why there was
 *     one; empty otherwise
 */
public record RolloutRecord(
    Kind kind,
    long fromVersion,
    long toVersion,
    Instant startedAt,
    @Nullable Instant endedAt,
    Outcome outcome,
    String cause) {

  /** What a roll-out was. */
  public enum Kind {
    /** To a spec that a user gave. */
    UPDATE,
    /** To the spec before, on request. */
    ROLLBACK,
    /** To the spec before, because an update failed. */
    AUTOMATIC_ROLLBACK
  }

  /** What became of a roll-out. */
  public enum Outcome {
    /** It goes on. */
    UNDER_WAY,
    /** All tasks run the new spec. */
    COMPLETED,
    /** It failed and waits for somebody to decide. */
    PAUSED,
    /** It failed, and the spec before was brought back. */
    FAILED,
    /** Another change of the spec took its place. */
    SUPERSEDED
  }

  /** The same with its outcome. */
  public RolloutRecord ended(Outcome newOutcome, Instant at, String newCause) {
    return new RolloutRecord(kind, fromVersion, toVersion, startedAt, at, newOutcome, newCause);
  }

  /** The same, going on after a pause. */
  public RolloutRecord resumed() {
    return new RolloutRecord(kind, fromVersion, toVersion, startedAt, null, Outcome.UNDER_WAY, "");
  }
}
