package io.swarm4j;

import io.swarm4j.model.JobRun;
import io.swarm4j.model.Reason;
import io.swarm4j.model.Service;
import io.swarm4j.model.TaskId;
import io.swarm4j.model.TaskState;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How waiting for a service to become what its spec says came out. */
public sealed interface Convergence {

  /** Whether the service is what its spec says. */
  default boolean isConverged() {
    return this instanceof Converged;
  }

  /** All wanted tasks run the present spec. */
  record Converged(Service service, int tasks) implements Convergence {}

  /** The roll-out stopped because too many tasks failed. */
  record Paused(Service service, String why, List<Problem> problems) implements Convergence {}

  /** The roll-out failed and the spec before is in force again. */
  record RolledBack(Service service, String why) implements Convergence {}

  /** The run of a job came to an end without success. */
  record JobFailed(Service service, JobRun run, List<Problem> problems) implements Convergence {}

  /** The service was removed meanwhile. */
  record Removed() implements Convergence {}

  /** The time was not enough; tells what held it up. */
  record TimedOut(Duration waited, int running, int wanted, List<Problem> problems)
      implements Convergence {}

  /**
   * A task that is not running, and why.
   *
   * @param task its identity
   * @param name its name, such as {@code web.4}
   * @param state how far it has come
   * @param reason why it is not running, as data
   * @param text the same as text
   */
  record Problem(TaskId task, String name, TaskState state, @Nullable Reason reason, String text) {}
}
