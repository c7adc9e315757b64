package io.swarm4j.model;

import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One run of a job.
 *
 * @param iteration its number, from 1; its tasks carry it
 * @param specVersion version of the spec that it runs
 * @param firstSlot number of its first slot, for jobs that are not bound to nodes
 * @param due when the schedule wanted it; null if it was not started by a schedule
 * @param startedAt when it was started
 * @param endedAt when it ended; null while it goes on
 * @param state how far it is
 * @param message the same in words
 * @param parameters what it was given, without defaults
 */
@RecordBuilder
public record JobRun(
    int iteration,
    long specVersion,
    int firstSlot,
    @Nullable Instant due,
    Instant startedAt,
    @Nullable Instant endedAt,
    State state,
    String message,
    Map<String, String> parameters)
    implements JobRunBuilder.With {

  public JobRun {
    parameters = Copies.map(parameters);
  }

  /** How far a run is. */
  public enum State {
    /** It goes on. */
    RUNNING,
    /** All that had to complete has completed. */
    COMPLETED,
    /** Some of it failed for good. */
    FAILED,
    /** It took longer than its deadline and was ended. */
    TIMED_OUT,
    /** It was ended on request, or to make room for another run. */
    CANCELLED,
    /** It was due, but did not start since another one was going on. */
    SKIPPED
  }

  /** Whether it goes on. */
  public boolean isActive() {
    return state == State.RUNNING;
  }

  /** The same after its end. */
  public JobRun ended(State how, Instant at, String why) {
    return with(run -> run.state(how).endedAt(at).message(why));
  }
}
