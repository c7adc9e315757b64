package io.swarm4j.model;

import java.time.ZoneId;

/**
 * When a job runs.
 *
 * @param cron five-field cron expression
 * @param zone time zone in which it is read, such as {@code Europe/Berlin}
 * @param missedRuns what happens to runs that fell into a time without a leader
 * @param concurrency what happens when a run is due while the last one goes on
 */
public record JobSchedule(
    String cron, String zone, MissedRuns missedRuns, Concurrency concurrency) {

  /** What happens to missed runs. */
  public enum MissedRuns {
    /** They do not take place. */
    SKIP,
    /** One run makes up for all of them. */
    RUN_ONCE,
    /** All of them are made up for, one after the other; at most the last 100. */
    RUN_ALL
  }

  /** What happens when runs would overlap. */
  public enum Concurrency {
    /** The one that is due does not take place. */
    FORBID,
    /** The one that goes on is ended. */
    REPLACE,
    /** They go on side by side. */
    ALLOW
  }

  public JobSchedule {
    zone = Copies.or(zone, "UTC");
    missedRuns = Copies.or(missedRuns, MissedRuns.SKIP);
    concurrency = Copies.or(concurrency, Concurrency.FORBID);
    Check.of("JobSchedule")
        .that(
            cron != null && cron.trim().split("\\s+").length == 5,
            "cron",
            cron,
            "five fields, minute hour day-of-month month day-of-week")
        .that(
            zone != null && ZoneId.getAvailableZoneIds().contains(zone),
            "zone",
            zone,
            "a time zone id such as UTC")
        .orThrow();
  }

  /** In UTC, without making up for missed runs, one run at a time. */
  public static JobSchedule of(String cron) {
    return new JobSchedule(cron, "UTC", MissedRuns.SKIP, Concurrency.FORBID);
  }
}
