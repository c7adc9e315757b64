package io.swarm4j.sim;

import io.swarm4j.model.JobRun;
import io.swarm4j.model.JobSchedule;
import io.swarm4j.model.JobSchedule.Concurrency;
import io.swarm4j.model.JobStatus;
import io.swarm4j.model.Service;
import io.swarm4j.model.Service.SpecRevision;
import io.swarm4j.model.ServiceId;
import io.swarm4j.model.ServiceMode.ReplicatedJob;
import io.swarm4j.model.SlotKey;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskState;
import io.swarm4j.store.Change;
import io.swarm4j.store.Commit;
import io.swarm4j.store.State;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A run of a job completes each of its slots once: what is complete is not run again, no more run
 * at a time than may, a run is over when all of it is, and leaves nothing that goes on.
 */
final class JobsAreCounted implements Invariant {

  @Override
  public String name() {
    return "a job does what it shall once, and no more of it at a time than it may";
  }

  @Override
  public void check(Commit commit, Consumer<String> breach) {
    Set<ServiceId> touched = new LinkedHashSet<>();
    for (Change change : commit.changes()) {
      if (change.latest() instanceof Task task) {
        if (isJob(commit.after().service(task.serviceId()))) {
          touched.add(task.serviceId());
          if (change.before() == null) {
            mustBeOpen(commit.before(), task, breach);
          }
        }
      } else if (change.after() instanceof Service service && isJob(service)) {
        touched.add(service.id());
      }
    }
    for (ServiceId id : touched) {
      Service service = commit.after().service(id);
      if (service != null && service.job() != null) {
        checkJob(commit.after(), service, service.job(), breach);
        checkStep(commit, service, service.job(), breach);
      }
    }
  }

  private static boolean isJob(@Nullable Service service) {
    return service != null && service.spec().mode().isJob();
  }

  /** What is complete is not run again. */
  private static void mustBeOpen(State before, Task fresh, Consumer<String> breach) {
    for (Task other : before.tasksIn(fresh.serviceId(), fresh.slot())) {
      if (other.iteration() == fresh.iteration() && other.state() == TaskState.COMPLETE) {
        breach.accept(
            "task " + fresh.id() + " runs " + before.nameOf(other) + " again, which is complete");
      }
    }
  }

  @Override
  public void check(State state, Consumer<String> breach) {
    for (Service service : state.services()) {
      if (isJob(service) && service.job() != null) {
        checkJob(state, service, service.job(), breach);
      }
    }
  }

  private static void checkJob(
      State state, Service service, JobStatus status, Consumer<String> breach) {
    int most = mostCompletions(service);
    for (Task task : state.tasksOf(service.id())) {
      JobRun run = status.run(task.iteration());
      if (run == null) {
        continue; // of a run that is no longer kept, or of the time before it was a job
      }
      if (!run.isActive() && task.isDesiredAlive() && !task.state().isTerminal()) {
        breach.accept(
            "task " + state.nameOf(task) + " goes on, and its run " + run.iteration() + " is over");
      }
      if (task.slot() instanceof SlotKey.Numbered slot
          && (slot.number() < run.firstSlot() || slot.number() - run.firstSlot() >= most)) {
        breach.accept(
            "run "
                + run.iteration()
                + " of "
                + service.name()
                + " has a task in slot "
                + slot
                + ", but it starts at "
                + run.firstSlot()
                + " and completes "
                + most);
      }
    }
  }

  /** The most that any of its kept specs asks for, which runs of that time may have taken up. */
  private static int mostCompletions(Service service) {
    return Stream.concat(
            Stream.of(service.spec()), service.history().stream().map(SpecRevision::spec))
        .mapToInt(spec -> spec.mode() instanceof ReplicatedJob mode ? mode.totalCompletions() : 0)
        .max()
        .orElse(0);
  }

  /** Compares with the state before: what is there already may exceed a limit that was lowered. */
  private static void checkStep(
      Commit commit, Service service, JobStatus status, Consumer<String> breach) {
    Service former = commit.before().service(service.id());
    JobStatus old = former == null ? null : former.job();
    int oldActive = old == null ? 0 : old.active().size();
    int oldRuns = old == null ? 0 : old.runs().size();
    List<JobRun> active = status.active();
    if (active.size() > Math.max(1, oldActive) && !mayOverlap(service)) {
      breach.accept(active.size() + " runs of " + service.name() + " go on at a time");
    }
    int keep = service.spec().effectiveJob().keepRuns() + active.size();
    if (status.runs().size() > Math.max(keep, oldRuns)) {
      breach.accept(service.name() + " keeps " + status.runs().size() + " runs of " + keep);
    }
    if (old != null && status.iteration() < old.iteration()) {
      breach.accept(service.name() + " counts its runs backwards, to " + status.iteration());
    }
    if (service.spec().mode() instanceof ReplicatedJob mode) {
      for (JobRun run : active) {
        long before = atATime(commit.before(), service, run);
        long now = atATime(commit.after(), service, run);
        if (now > Math.max(mode.maxConcurrent(), before)) {
          breach.accept(
              now + " tasks of run " + run.iteration() + " of " + service.name() + " at a time");
        }
      }
      for (JobRun run : status.runs()) {
        JobRun was = old == null ? null : old.run(run.iteration());
        boolean justNow = was == null || was.isActive();
        if (run.state() == JobRun.State.COMPLETED && justNow) {
          checkComplete(commit.after(), service, mode, run, breach);
        }
      }
    }
  }

  private static boolean mayOverlap(Service service) {
    JobSchedule schedule = service.spec().effectiveJob().schedule();
    return schedule != null && schedule.concurrency() == Concurrency.ALLOW;
  }

  private static long atATime(State state, Service service, JobRun run) {
    return state.tasksOf(service.id()).stream()
        .filter(task -> task.iteration() == run.iteration())
        .filter(task -> task.isDesiredAlive() && task.state() != TaskState.COMPLETE)
        .count();
  }

  private static void checkComplete(
      State state, Service service, ReplicatedJob mode, JobRun run, Consumer<String> breach) {
    Set<SlotKey> complete = new HashSet<>();
    for (Task task : state.tasksOf(service.id())) {
      if (task.iteration() == run.iteration() && task.state() == TaskState.COMPLETE) {
        complete.add(task.slot());
      }
    }
    if (complete.size() < mode.totalCompletions()) {
      breach.accept(
          "run "
              + run.iteration()
              + " of "
              + service.name()
              + " is over with "
              + complete.size()
              + " of "
              + mode.totalCompletions()
              + " completions");
    }
  }
}
