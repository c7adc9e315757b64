package io.swarm4j.internal;

import com.cronutils.model.Cron;
import com.cronutils.model.CronType;
import com.cronutils.model.definition.CronDefinition;
import com.cronutils.model.definition.CronDefinitionBuilder;
import com.cronutils.model.time.ExecutionTime;
import com.cronutils.parser.CronParser;
import io.swarm4j.model.Fault;
import io.swarm4j.model.JobSchedule;
import io.swarm4j.orchestrator.JobCalendar;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads cron expressions of five fields, as {@code crontab} does. */
enum CronCalendar implements JobCalendar {
  INSTANCE;

  private static final CronDefinition DEFINITION =
      CronDefinitionBuilder.instanceDefinitionFor(CronType.UNIX);

  @Override
  public @Nullable Instant next(JobSchedule schedule, Instant instant) {
    return ExecutionTime.forCron(parse(schedule.cron()))
        .nextExecution(instant.atZone(ZoneId.of(schedule.zone())))
        .map(ZonedDateTime::toInstant)
        .orElse(null);
  }

  @Override
  public @Nullable Instant last(JobSchedule schedule, Instant instant) {
    // The library's last is strictly before, and counts in whole seconds.
    Instant after = instant.truncatedTo(ChronoUnit.SECONDS).plusSeconds(1);
    return ExecutionTime.forCron(parse(schedule.cron()))
        .lastExecution(after.atZone(ZoneId.of(schedule.zone())))
        .map(ZonedDateTime::toInstant)
        .orElse(null);
  }

  private static Cron parse(String cron) {
    return new CronParser(DEFINITION).parse(cron).validate();
  }

  /** What is wrong with an expression; empty if nothing is. */
  static List<Fault> faults(JobSchedule schedule) {
    try {
      parse(schedule.cron());
      return List.of();
    } catch (IllegalArgumentException malformed) {
      return List.of(
          new Fault(
              Fault.Code.INVALID,
              "job.schedule.cron",
              schedule.cron(),
              "minute hour day-of-month month day-of-week, such as 30 2 * * 1-5: "
                  + malformed.getMessage()));
    }
  }
}
