package io.swarm4j.orchestrator;

import io.swarm4j.model.JobPolicy;
import io.swarm4j.model.JobRun;
import io.swarm4j.model.JobSchedule;
import io.swarm4j.model.JobSchedule.Concurrency;
import io.swarm4j.model.JobStatus;
import io.swarm4j.model.Service;
import io.swarm4j.model.ServiceId;
import io.swarm4j.store.Change;
import io.swarm4j.store.Transaction;
import io.swarm4j.time.Timer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Starts runs of jobs when their schedule wants it, and ends those that take too long.
 *
 * <p>A due time that the swarm notices within one minute is on time; earlier ones were missed, as
 * they are while nobody leads, and the schedule says what becomes of them.
 */
public final class JobScheduler implements Reconciler {
  private static final Duration ON_TIME = Duration.ofMinutes(1);

  /** Most due times that are made up for, so that a schedule cannot run wild after a long pause. */
  private static final int MOST_MISSED = 100;

  private final JobCalendar calendar;
  private final Map<ServiceId, Timer> alarms = new LinkedHashMap<>();
  private final Map<Deadline, Timer> deadlines = new LinkedHashMap<>();

  @SuppressWarnings("NullAway.Init") // set by begin, before anything else is called
  private Control control;

  private record Deadline(ServiceId service, int iteration) {}

  public JobScheduler(JobCalendar calendar) {
    this.calendar = calendar;
  }

  @Override
  public void begin(Control newControl, Transaction tx) {
    control = newControl;
    tx.services().forEach(service -> look(tx, service));
  }

  @Override
  public void reconcile(List<Change> changes, Transaction tx) {
    for (Change change : changes) {
      if (change.after() instanceof Service after && after.spec().mode().isJob()) {
        Service present = tx.service(after.id());
        if (present != null) {
          boolean anew = change.before() instanceof Service was && isOtherwise(was, after);
          look(tx, anew ? fromNowOn(tx, present) : present);
        }
      } else if (change.before() instanceof Service gone && change.after() == null) {
        cancel(alarms.remove(gone.id()));
      }
    }
  }

  private static boolean isOtherwise(Service before, Service after) {
    return !Objects.equals(
        before.spec().effectiveJob().schedule(), after.spec().effectiveJob().schedule());
  }

  private static Service fromNowOn(Transaction tx, Service service) {
    JobStatus status = JobWrites.status(tx, service);
    return tx.put(service.withJob(status.withSchedule(tx.now(), List.of())));
  }

  private void look(Transaction tx, Service service) {
    cancel(alarms.remove(service.id()));
    if (service.isRemoved() || !service.spec().mode().isJob()) {
      return;
    }
    Service present = makeUp(tx, service);
    watchDeadlines(tx, present);
    JobSchedule schedule = present.spec().effectiveJob().schedule();
    if (schedule == null) {
      return;
    }
    Instant upTo = JobWrites.status(tx, present).scheduledUpTo();
    if (upTo == null) {
      upTo = tx.now();
      present = fromNowOn(tx, present);
    }
    Instant next = calendar.next(schedule, upTo);
    if (next != null) {
      ServiceId id = present.id();
      alarms.put(id, control.after(Duration.between(control.now(), next), later -> due(later, id)));
    }
  }

  /** Starts what had to wait for the end of another run. */
  private static Service makeUp(Transaction tx, Service service) {
    JobStatus status = JobWrites.status(tx, service);
    if (status.waiting().isEmpty() || !JobWrites.mayStart(service)) {
      return service;
    }
    Instant first = status.waiting().get(0);
    List<Instant> rest = status.waiting().subList(1, status.waiting().size());
    Service waiting = tx.put(service.withJob(status.withSchedule(status.scheduledUpTo(), rest)));
    return JobWrites.start(tx, waiting, first, Map.of());
  }

  private void due(Transaction tx, ServiceId id) {
    Service service = tx.service(id);
    JobSchedule schedule = service == null ? null : service.spec().effectiveJob().schedule();
    if (service == null || service.isRemoved() || schedule == null) {
      return;
    }
    JobStatus status = JobWrites.status(tx, service);
    Instant upTo = Objects.requireNonNullElse(status.scheduledUpTo(), tx.now());
    List<Instant> dues = dues(schedule, upTo, tx.now());
    Service present = service;
    if (!dues.isEmpty()) {
      Instant last = dues.get(dues.size() - 1);
      present = tx.put(service.withJob(status.withSchedule(last, status.waiting())));
      boolean onTime = !last.plus(ON_TIME).isBefore(tx.now());
      for (Instant due : wanted(schedule, dues, onTime)) {
        present = run(tx, present, schedule, due, onTime && due.equals(last));
      }
    }
    look(tx, present);
  }

  /** The latest of the due times after {@code upTo}, in order. */
  private List<Instant> dues(JobSchedule schedule, Instant upTo, Instant now) {
    ArrayDeque<Instant> dues = new ArrayDeque<>();
    Instant due = calendar.last(schedule, now);
    while (due != null && due.isAfter(upTo) && dues.size() < MOST_MISSED) {
      dues.addFirst(due);
      due = calendar.last(schedule, due.minusNanos(1));
    }
    return List.copyOf(dues);
  }

  private static List<Instant> wanted(JobSchedule schedule, List<Instant> dues, boolean onTime) {
    int last = dues.size() - 1;
    if (schedule.concurrency() == Concurrency.REPLACE && last > 0) {
      return wanted(schedule, dues.subList(last, last + 1), onTime); // it would replace the others
    }
    return switch (schedule.missedRuns()) {
      case SKIP -> onTime ? dues.subList(last, last + 1) : List.of();
      case RUN_ONCE -> dues.subList(last, last + 1);
      case RUN_ALL -> dues;
    };
  }

  private static Service run(
      Transaction tx, Service service, JobSchedule schedule, Instant due, boolean onTime) {
    if (JobWrites.mayStart(service)) {
      return JobWrites.start(tx, service, due, Map.of());
    }
    if (onTime) {
      return JobWrites.skip(tx, service, due, "another run goes on");
    }
    JobStatus status = JobWrites.status(tx, service);
    List<Instant> waiting = new ArrayList<>(status.waiting());
    waiting.add(due);
    return tx.put(service.withJob(status.withSchedule(status.scheduledUpTo(), waiting)));
  }

  private void watchDeadlines(Transaction tx, Service service) {
    JobPolicy policy = service.spec().effectiveJob();
    for (JobRun run : JobWrites.status(tx, service).active()) {
      Deadline key = new Deadline(service.id(), run.iteration());
      if (policy.deadline() != null && !deadlines.containsKey(key)) {
        Duration left = Duration.between(control.now(), run.startedAt().plus(policy.deadline()));
        deadlines.put(key, control.after(left, later -> timeOut(later, key)));
      }
    }
  }

  private void timeOut(Transaction tx, Deadline key) {
    deadlines.remove(key);
    Service service = tx.service(key.service());
    JobRun run =
        service == null || service.job() == null ? null : service.job().run(key.iteration());
    if (service == null || run == null || !run.isActive()) {
      return;
    }
    Duration deadline = service.spec().effectiveJob().deadline();
    if (deadline != null && !run.startedAt().plus(deadline).isAfter(tx.now())) {
      JobWrites.end(
          tx, service, run, JobRun.State.TIMED_OUT, "not done within its deadline of " + deadline);
    } else {
      look(tx, service);
    }
  }

  private static void cancel(@Nullable Timer timer) {
    if (timer != null) {
      timer.cancel();
    }
  }

  @Override
  public void end() {
    alarms.clear();
    deadlines.clear();
  }
}
