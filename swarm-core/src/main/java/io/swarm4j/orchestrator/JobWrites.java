package io.swarm4j.orchestrator;

import io.swarm4j.model.JobPolicy;
import io.swarm4j.model.JobRun;
import io.swarm4j.model.JobSchedule.Concurrency;
import io.swarm4j.model.JobStatus;
import io.swarm4j.model.Reason;
import io.swarm4j.model.Service;
import io.swarm4j.model.ServiceMode;
import io.swarm4j.model.Task;
import io.swarm4j.store.Transaction;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The ways in which runs of a job begin and end. */
public final class JobWrites {
  private JobWrites() {}

  /** The job's status; one without runs if there is none yet. */
  static JobStatus status(Transaction tx, Service service) {
    JobStatus status = service.job();
    return status != null ? status : new JobStatus(0, tx.now(), 0, null, List.of(), List.of());
  }

  /** Whether another run may begin beside those that go on. */
  public static boolean mayStart(Service service) {
    return service.job() == null
        || service.job().active().isEmpty()
        || concurrency(service) != Concurrency.FORBID;
  }

  private static Concurrency concurrency(Service service) {
    JobPolicy policy = service.spec().effectiveJob();
    return policy.schedule() == null ? Concurrency.FORBID : policy.schedule().concurrency();
  }

  /**
   * Begins a run, and ends the one that goes on where the job's concurrency says so.
   *
   * @param due when the schedule wanted it; null if no schedule did
   * @return the service as stored
   */
  public static Service start(
      Transaction tx, Service service, @Nullable Instant due, Map<String, String> parameters) {
    Service present = service;
    if (concurrency(service) == Concurrency.REPLACE) {
      for (JobRun running : status(tx, service).active()) {
        present = end(tx, present, running, JobRun.State.CANCELLED, "replaced by another run");
      }
    }
    JobStatus status = status(tx, present);
    JobRun run =
        new JobRun(
            status.iteration() + 1,
            present.specVersion(),
            freeSlots(present, status),
            due,
            tx.now(),
            null,
            JobRun.State.RUNNING,
            "running",
            parameters);
    JobStatus next = status.adding(run);
    return tx.put(present.withJob(next.withRuns(kept(tx, present, next.runs()))));
  }

  /** The first number of a row of slots that no other run uses. */
  private static int freeSlots(Service service, JobStatus status) {
    if (!(service.spec().mode() instanceof ServiceMode.ReplicatedJob mode)) {
      return 0;
    }
    Set<Integer> taken = new HashSet<>();
    status.active().forEach(run -> taken.add(run.firstSlot()));
    int first = 0;
    while (taken.contains(first)) {
      first += mode.totalCompletions();
    }
    return first;
  }

  /** Forgets the oldest runs that are over, with their tasks. */
  private static List<JobRun> kept(Transaction tx, Service service, List<JobRun> runs) {
    int limit = service.spec().effectiveJob().keepRuns();
    List<JobRun> kept = new ArrayList<>();
    Set<Integer> forgotten = new HashSet<>();
    for (JobRun run : runs) {
      if (kept.size() < limit || run.isActive()) {
        kept.add(run);
      } else if (run.state() != JobRun.State.SKIPPED) {
        forgotten.add(run.iteration());
      }
    }
    if (!forgotten.isEmpty()) {
      for (Task task : tx.tasksOf(service.id())) {
        if (forgotten.contains(task.iteration())) {
          TaskWrites.remove(tx, task, "its run is no longer kept");
        }
      }
    }
    return kept;
  }

  /** Notes that a due time passed without a run. */
  static Service skip(Transaction tx, Service service, Instant due, String why) {
    JobRun skipped =
        new JobRun(
            status(tx, service).iteration(),
            service.specVersion(),
            0,
            due,
            tx.now(),
            tx.now(),
            JobRun.State.SKIPPED,
            why,
            Map.of());
    JobStatus next = status(tx, service).adding(skipped);
    return tx.put(service.withJob(next.withRuns(kept(tx, service, next.runs()))));
  }

  /**
   * Ends a run with all its tasks that have not ended.
   *
   * @return the service as stored
   */
  public static Service end(
      Transaction tx, Service service, JobRun run, JobRun.State how, String why) {
    for (Task task : tx.tasksOf(service.id())) {
      if (task.iteration() == run.iteration() && !task.state().isTerminal()) {
        TaskWrites.shutDown(tx, task, new Reason.Stopped(why), "");
      }
    }
    JobStatus status = status(tx, service);
    List<JobRun> runs =
        status.runs().stream()
            .map(each -> each.equals(run) ? run.ended(how, tx.now(), why) : each)
            .toList();
    return tx.put(service.withJob(status.withRuns(runs)));
  }
}
