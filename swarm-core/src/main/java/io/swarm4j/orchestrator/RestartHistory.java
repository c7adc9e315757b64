package io.swarm4j.orchestrator;

import io.swarm4j.model.RestartPolicy;
import io.swarm4j.model.RestartPolicy.RestartCondition;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;

/**
 * What happened in one slot under one spec version, in one run if it is a job: when it was
 * restarted, and how often it failed quickly in a row.
 */
final class RestartHistory {
  private final long specVersion;
  private final int iteration;

  /** The newest restarts, as many as the policy allows: older ones can not change its verdict. */
  private final ArrayDeque<Instant> restarts = new ArrayDeque<>(0);

  private int quickFailures;

  /**
   * Without restarts so far.
   *
   * @param iteration run of a job; 0 otherwise
   */
  RestartHistory(long specVersion, int iteration) {
    this.specVersion = specVersion;
    this.iteration = iteration;
  }

  boolean isOf(long otherVersion, int otherIteration) {
    return specVersion == otherVersion && iteration == otherIteration;
  }

  /** Whether the policy wants another task after {@code ended}. */
  boolean allows(RestartPolicy policy, Task ended, boolean job) {
    RestartCondition condition = policy.condition();
    boolean onFailureOnly =
        condition == RestartCondition.ON_FAILURE || (job && condition == RestartCondition.ANY);
    if (condition == RestartCondition.NONE
        || (onFailureOnly && ended.state() == TaskState.COMPLETE)) {
      return false;
    }
    return policy.maxAttempts() == 0
        || countedRestarts(policy, ended.meta().updatedAt()) < policy.maxAttempts();
  }

  /**
   * Restarts that count against the policy.
   *
   * @param at when the manager heard of the end; the node's clock may differ
   */
  private long countedRestarts(RestartPolicy policy, Instant at) {
    if (policy.window().isZero()) {
      return restarts.size();
    }
    Instant oldest = at.minus(policy.window());
    return restarts.stream()
        .filter(restart -> restart.isAfter(oldest) && !restart.isAfter(at))
        .count();
  }

  /** Notes that a task ended, or had to, and another one took its place. */
  void restarted(RestartPolicy policy, Task old, Instant at) {
    if (policy.maxAttempts() > 0) {
      restarts.add(at);
      if (restarts.size() > policy.maxAttempts()) {
        restarts.remove();
      }
    }
    Duration life = Duration.between(old.meta().createdAt(), at);
    boolean stable = life.compareTo(policy.backoff().stableAfter()) >= 0;
    quickFailures = stable || !endedByItself(old) ? 0 : quickFailures + 1;
  }

  private static boolean endedByItself(Task task) {
    return task.state().isTerminal()
        && task.state() != TaskState.SHUTDOWN
        && task.state() != TaskState.ORPHANED;
  }

  /** Quick failures in a row. */
  int quickFailures() {
    return quickFailures;
  }
}
