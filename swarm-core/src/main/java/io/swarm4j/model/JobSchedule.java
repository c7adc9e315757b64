package io.swarm4j.model;

import java.time.Duration;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;

/**
 * When a job runs.
 *
 * @param cron five-field cron expression
 * @param zone time zone in which it is read, such as {@code Europe/Berlin}
 * @param missedRuns what happens to runs that fell into a time without a leader
 * @param concurrency what happens when a run is due while the last one goes on
 * @param deadline longest time a run may take; null for no limit
 */
public record JobSchedule(
    String cron,
    String zone,
    MissedRuns missedRuns,
    Concurrency concurrency,
    @Nullable Duration deadline) {

  /** What happens to missed runs. */
  public enum MissedRuns {
    SKIP,
    RUN_ONCE,
    RUN_ALL
  }

  /** What happens when runs would overlap. */
  public enum Concurrency {
    FORBID,
    REPLACE,
    ALLOW
  }

  public JobSchedule {
    Check.of("JobSchedule")
        .that(
            cron != null && cron.trim().split("\\s+").length == 5,
            "cron",
            cron,
            "five fields: minute hour day-of-month month day-of-week")
        .that(
            zone != null && ZoneId.getAvailableZoneIds().contains(zone),
            "zone",
            zone,
            "a time zone id such as UTC")
        .duration(deadline, "deadline")
        .orThrow();
  }
}
