package io.swarm4j.orchestrator;

import io.swarm4j.model.JobSchedule;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Knows schedules of the form {@code 15 * * * *} only. */
final class HourlyCalendar implements JobCalendar {

  @Override
  public Instant next(JobSchedule schedule, Instant instant) {
    return last(schedule, instant).plus(Duration.ofHours(1));
  }

  @Override
  public Instant last(JobSchedule schedule, Instant instant) {
    int minute = Integer.parseInt(schedule.cron().split(" ")[0]);
    Instant due = instant.truncatedTo(ChronoUnit.HOURS).plus(Duration.ofMinutes(minute));
    return due.isAfter(instant) ? due.minus(Duration.ofHours(1)) : due;
  }
}
