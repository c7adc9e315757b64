package io.swarm4j.internal;

import io.swarm4j.Jobs;
import io.swarm4j.model.Check;
import io.swarm4j.model.ConflictException;
import io.swarm4j.model.Fault;
import io.swarm4j.model.InvalidSpecException;
import io.swarm4j.model.JobRun;
import io.swarm4j.model.JobSchedule;
import io.swarm4j.model.JobStatus;
import io.swarm4j.model.NotFoundException;
import io.swarm4j.model.Service;
import io.swarm4j.model.ServiceId;
import io.swarm4j.orchestrator.JobWrites;
import io.swarm4j.store.State;
import io.swarm4j.store.Transaction;
import io.swarm4j.store.View;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Jobs through the leader. */
record JobsApi(Host engine) implements Jobs {

  @Override
  public JobRun run(String job, Map<String, String> parameters) {
    return engine.join(runAsync(job, parameters));
  }

  @Override
  public CompletionStage<JobRun> runAsync(String job, Map<String, String> parameters) {
    return engine.submit(tx -> start(tx, find(tx, job), parameters));
  }

  private static JobRun start(Transaction tx, Service service, Map<String, String> parameters) {
    List<Fault> faults = service.spec().effectiveJob().faults(parameters);
    if (!faults.isEmpty()) {
      throw new InvalidSpecException(faults);
    }
    if (!JobWrites.mayStart(service)) {
      throw new ConflictException(
          "run "
              + Objects.requireNonNull(service.job()).iteration()
              + " of job "
              + service.name()
              + " goes on, and its schedule does not allow two at once; cancel that one first");
    }
    Service started = JobWrites.start(tx, service, null, parameters);
    return Objects.requireNonNull(Objects.requireNonNull(started.job()).latest());
  }

  @Override
  public JobRun cancel(String job, int iteration) {
    return engine.join(cancelAsync(job, iteration));
  }

  @Override
  public CompletionStage<JobRun> cancelAsync(String job, int iteration) {
    return engine.submit(
        tx -> {
          Service service = find(tx, job);
          JobRun run = run(service, iteration);
          if (!run.isActive()) {
            return run;
          }
          return run(
              JobWrites.end(tx, service, run, JobRun.State.CANCELLED, "cancelled on request"),
              iteration);
        });
  }

  private static Service find(State state, String job) {
    Service service = Lookup.service(state, job);
    Check.of("ServiceSpec")
        .that(
            service.spec().mode().isJob(),
            Fault.Code.UNSUPPORTED,
            "mode",
            service.spec().mode(),
            "a job mode: service " + service.name() + " is no job")
        .orThrow();
    return service;
  }

  private static JobRun run(Service service, int iteration) {
    JobRun run = service.job() == null ? null : service.job().run(iteration);
    if (run == null) {
      throw new NotFoundException(
          "job " + service.name() + " has no run " + iteration + ", or no longer");
    }
    return run;
  }

  @Override
  public List<JobRun> runs(String job) {
    JobStatus status = find(engine.view(), job).job();
    return status == null ? List.of() : status.runs();
  }

  @Override
  public Optional<Instant> next(String job) {
    Service service = find(engine.view(), job);
    JobSchedule schedule = service.spec().effectiveJob().schedule();
    JobStatus status = service.job();
    if (schedule == null) {
      return Optional.empty();
    }
    Instant upTo = status == null ? null : status.scheduledUpTo();
    return Optional.ofNullable(
        CronCalendar.INSTANCE.next(
            schedule, Objects.requireNonNullElse(upTo, engine.options().time().now())));
  }

  @Override
  public JobRun await(String job, int iteration, Duration timeout) {
    return engine.waiting().join(awaitAsync(job, iteration, timeout), timeout.plusSeconds(5));
  }

  @Override
  public CompletionStage<JobRun> awaitAsync(String job, int iteration, Duration timeout) {
    Service service = find(engine.view(), job);
    JobRun known = run(service, iteration);
    return engine
        .awaitAsync(view -> !isActive(view, service.id(), iteration), timeout)
        .thenApply(
            inTime -> {
              Service now = engine.view().service(service.id());
              JobRun latest = now == null || now.job() == null ? null : now.job().run(iteration);
              return latest == null ? known : latest;
            });
  }

  private static boolean isActive(View view, ServiceId id, int iteration) {
    @Nullable Service service = view.service(id);
    JobRun run = service == null || service.job() == null ? null : service.job().run(iteration);
    return run != null && run.isActive();
  }
}
