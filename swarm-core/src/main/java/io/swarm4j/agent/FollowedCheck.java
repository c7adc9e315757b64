package io.swarm4j.agent;

import io.swarm4j.model.HealthCheck;
import io.swarm4j.model.Reason;
import io.swarm4j.model.TaskHealth;
import io.swarm4j.model.TaskHealth.State;
import io.swarm4j.time.Loop;
import java.time.Instant;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A check that what runs the task does by itself; brings what it finds onto the loop. */
final class FollowedCheck implements RunningCheck, Container.HealthListener {
  private static final Logger LOG = LoggerFactory.getLogger(FollowedCheck.class);

  private final Loop loop;
  private final String name;
  private final BiConsumer<RunningCheck, TaskHealth.Result> listener;
  private AutoCloseable follower = () -> {};
  private State verdict;
  private int failures;
  private boolean closed;

  private FollowedCheck(
      Loop loop, String name, State verdict, BiConsumer<RunningCheck, TaskHealth.Result> listener) {
    this.loop = loop;
    this.name = name;
    this.verdict = verdict;
    this.listener = listener;
  }

  /** Follows {@code check}; empty if the container leaves it to its agent. */
  static Optional<RunningCheck> of(
      Loop loop,
      Container container,
      String name,
      HealthCheck check,
      State verdict,
      BiConsumer<RunningCheck, TaskHealth.Result> listener) {
    FollowedCheck followed = new FollowedCheck(loop, name, verdict, listener);
    return container
        .followHealth(check, followed)
        .map(
            follower -> {
              followed.follower = follower;
              return followed;
            });
  }

  @Override
  public void healthy() {
    loop.execute(() -> found(State.HEALTHY, 0, ""));
  }

  @Override
  public void unhealthy(Reason.Unhealthy reason) {
    loop.execute(() -> found(State.UNHEALTHY, reason.failures(), reason.detail()));
  }

  private void found(State newVerdict, int newFailures, String output) {
    if (!closed) {
      verdict = newVerdict;
      failures = newFailures;
      Instant now = loop.now();
      int code = newVerdict == State.HEALTHY ? 0 : 1;
      listener.accept(this, new TaskHealth.Result(name, now, now, code, output));
    }
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public State verdict() {
    return verdict;
  }

  @Override
  public int failures() {
    return failures;
  }

  @Override
  public void close() {
    closed = true;
    try {
      follower.close();
    } catch (Exception failure) {
      LOG.debug("a health check is no longer followed, but not in good order", failure);
    }
  }
}
