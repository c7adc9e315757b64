package io.swarm4j;

import io.swarm4j.model.JobRun;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Runs of the services that are jobs.
 *
 * <p>A job is created, changed and removed as any other service, see {@link Services}; its mode
 * makes it one, and its {@link io.swarm4j.model.JobPolicy} says when it runs. Thread-safe.
 */
public interface Jobs {

  /**
   * Starts a run now.
   *
   * @param parameters name and value of what the job takes; its defaults hold for the rest
   * @return the run, which goes on by itself
   * @throws io.swarm4j.model.InvalidSpecException if the service is no job, or if parameters are
   *     unknown or missing
   * @throws io.swarm4j.model.ConflictException if another run goes on and the job does not allow
   *     two
   */
  JobRun run(String job, Map<String, String> parameters);

  /** Twin of {@link #run}. */
  CompletionStage<JobRun> runAsync(String job, Map<String, String> parameters);

  /**
   * Ends a run with all its tasks; one that has ended stays as it is.
   *
   * @param iteration number of the run
   */
  JobRun cancel(String job, int iteration);

  /** Twin of {@link #cancel}. */
  CompletionStage<JobRun> cancelAsync(String job, int iteration);

  /** The runs that are kept, newest first, skipped ones included. */
  List<JobRun> runs(String job);

  /** When the schedule wants the next run; empty if there is none. */
  Optional<Instant> next(String job);

  /**
   * Waits until a run has ended.
   *
   * @return the run, still going on if the time was not enough
   */
  JobRun await(String job, int iteration, Duration timeout);

  /** Twin of {@link #await}. */
  CompletionStage<JobRun> awaitAsync(String job, int iteration, Duration timeout);
}
