package io.swarm4j.orchestrator;

import io.swarm4j.model.RestartPolicy;
import io.swarm4j.model.RestartPolicy.RestartCondition;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Iterator;

/**
 * What happened in one slot under one spec version: when it was restarted, and how often it failed
 * quickly in a row.
 */
final class RestartHistory {
  private static final int MOST_KEPT = 1_000;

  private final long specVersion;
  private final ArrayDeque<Instant> restarts = new ArrayDeque<>();
  private int quickFailures;

  RestartHistory(long specVersion) {
    this.specVersion = specVersion;
  }

  long specVersion() {
    return specVersion;
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
        || countedRestarts(policy, ended.status().at()) < policy.maxAttempts();
  }

  private long countedRestarts(RestartPolicy policy, Instant at) {
    if (policy.window().isZero()) {
      return restarts.size();
    }
    Instant oldest = at.minus(policy.window());
    long counted = 0;
    for (Iterator<Instant> i = restarts.descendingIterator(); i.hasNext(); ) {
      Instant restart = i.next();
      if (restart.isAfter(oldest) && !restart.isAfter(at)) {
        counted++;
      }
    }
    return counted;
  }

  /** Notes that a task ended and another one takes its place. */
  void restarted(RestartPolicy policy, Task ended, Instant at) {
    restarts.add(at);
    if (restarts.size() > MOST_KEPT) {
      restarts.remove();
    }
    Duration life = Duration.between(ended.meta().createdAt(), at);
    boolean stable = life.compareTo(policy.backoff().stableAfter()) >= 0;
    boolean failed = ended.state().isTerminal();
    quickFailures = stable || !failed ? 0 : quickFailures + 1;
  }

  /** Takes a restart from the retained tasks of an earlier leader's time. */
  void remember(Instant at) {
    restarts.add(at);
    quickFailures++;
  }

  /** Quick failures in a row. */
  int quickFailures() {
    return quickFailures;
  }
}
