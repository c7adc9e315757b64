package io.swarm4j.orchestrator;

import io.swarm4j.model.JobSchedule;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Tells the times at which a schedule wants a job to run. Thread-safe, deterministic. */
public interface JobCalendar {

  /** The first time after {@code instant}; null if there is none. */
  @Nullable Instant next(JobSchedule schedule, Instant instant);

  /** The last time that is not after {@code instant}; null if there is none. */
  @Nullable Instant last(JobSchedule schedule, Instant instant);
}
