package io.swarm4j.model;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Progress of a job.
 *
 * @param iteration number of the last run that was started; 0 if there was none
 * @param lastExecution when that was; the time at which the job was created if there was none
 * @param specVersion version of the spec that was last taken notice of
 * @param scheduledUpTo up to when due times of the schedule are dealt with; null without schedule
 * @param waiting due times that are to be made up for once the run that goes on has ended
 * @param runs the last runs, newest first
 */
public record JobStatus(
    int iteration,
    Instant lastExecution,
    long specVersion,
    @Nullable Instant scheduledUpTo,
    List<Instant> waiting,
    List<JobRun> runs) {

  public JobStatus {
    waiting = Copies.list(waiting);
    runs = Copies.list(runs);
  }

  /** The runs that go on, newest first. */
  public List<JobRun> active() {
    return runs.stream().filter(JobRun::isActive).toList();
  }

  /** A run by its number; null if it is no longer kept. */
  public @Nullable JobRun run(int number) {
    for (JobRun run : runs) {
      if (run.iteration() == number && run.state() != JobRun.State.SKIPPED) {
        return run;
      }
    }
    return null;
  }

  /** The last run that was started; null if there was none, or if it is no longer kept. */
  public @Nullable JobRun latest() {
    return run(iteration);
  }

  /** With another run in front. */
  public JobStatus adding(JobRun run) {
    List<JobRun> all = new ArrayList<>();
    all.add(run);
    all.addAll(runs);
    boolean started = run.state() != JobRun.State.SKIPPED;
    return new JobStatus(
        started ? run.iteration() : iteration,
        started ? run.startedAt() : lastExecution,
        specVersion,
        scheduledUpTo,
        waiting,
        all);
  }

  /** With other runs. */
  public JobStatus withRuns(List<JobRun> newRuns) {
    return new JobStatus(iteration, lastExecution, specVersion, scheduledUpTo, waiting, newRuns);
  }

  /** With another account of the schedule. */
  public JobStatus withSchedule(@Nullable Instant upTo, List<Instant> newWaiting) {
    return new JobStatus(iteration, lastExecution, specVersion, upTo, newWaiting, runs);
  }

  /** With another spec taken notice of. */
  public JobStatus withSpecVersion(long version) {
    return new JobStatus(iteration, lastExecution, version, scheduledUpTo, waiting, runs);
  }
}
