package io.swarm4j.agent;

import io.swarm4j.agent.Container.ProbeResult;
import io.swarm4j.model.HealthCheck;
import io.swarm4j.model.TaskHealth;
import io.swarm4j.time.Loop;
import io.swarm4j.time.Timer;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * One health check of a task, probed as Docker does: first after one interval, healthy on the first
 * success, unhealthy after {@code retries} failures in a row; failures during the start period do
 * not count until a probe has succeeded. It goes on until it is closed.
 *
 * <p>One probe at a time: a runtime that does not answer gets no further ones, and each that is due
 * has failed.
 */
final class HealthMonitor implements RunningCheck {
  private static final Duration DEFAULT_INTERVAL = Duration.ofSeconds(30);
  private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(30);
  private static final Duration DEFAULT_START_INTERVAL = Duration.ofSeconds(5);
  private static final int DEFAULT_RETRIES = 3;

  /** How long after the time-out, which the runtime is to watch, it is counted as silent. */
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private static final int SILENT = -1;

  private final Loop loop;
  private final Container container;
  private final String name;
  private final HealthCheck check;
  private final BiConsumer<RunningCheck, TaskHealth.Result> listener;
  private final Instant startPeriodEnd;
  private TaskHealth.State verdict;
  private int failures;
  private @Nullable CompletionStage<ProbeResult> asked;
  private boolean overdue;
  private Timer timer;
  private boolean closed;

  /**
   * Begins to probe.
   *
   * @param name name of the check in results
   * @param verdict what is known from an earlier life of the agent, or STARTING
   * @param listener told of each result, once the verdict has taken it into account
   */
  HealthMonitor(
      Loop loop,
      Container container,
      String name,
      HealthCheck check,
      TaskHealth.State verdict,
      BiConsumer<RunningCheck, TaskHealth.Result> listener) {
    this.loop = loop;
    this.container = container;
    this.name = name;
    this.check = check;
    this.verdict = verdict;
    this.listener = listener;
    this.startPeriodEnd = loop.now().plus(or(check.startPeriod(), Duration.ZERO));
    this.timer = loop.schedule(interval(), this::probe);
  }

  private static Duration or(@Nullable Duration value, Duration fallback) {
    return value == null || value.isZero() ? fallback : value;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public TaskHealth.State verdict() {
    return verdict;
  }

  @Override
  public int failures() {
    return failures;
  }

  private boolean inStartPeriod() {
    return verdict == TaskHealth.State.STARTING && loop.now().isBefore(startPeriodEnd);
  }

  private Duration interval() {
    return inStartPeriod()
        ? or(check.startInterval(), DEFAULT_START_INTERVAL)
        : or(check.interval(), DEFAULT_INTERVAL);
  }

  private void probe() {
    Instant start = loop.now();
    Duration timeout = or(check.timeout(), DEFAULT_TIMEOUT);
    if (asked != null) {
      judge(start, new ProbeResult(false, SILENT, "the probe before has not ended"));
      return;
    }
    CompletionStage<ProbeResult> answer = ask(timeout);
    asked = answer;
    timer =
        loop.schedule(
            timeout.plus(PATIENCE),
            () -> {
              overdue = true;
              judge(start, new ProbeResult(false, SILENT, "no answer within " + timeout));
            });
    answer.whenComplete(
        (result, failure) ->
            loop.execute(
                () -> {
                  boolean inTime = !overdue;
                  asked = null;
                  overdue = false;
                  if (inTime) {
                    judge(start, failure == null ? result : failed(failure));
                  }
                }));
  }

  private static ProbeResult failed(Throwable failure) {
    return new ProbeResult(false, SILENT, Objects.toString(failure.getMessage()));
  }

  private CompletionStage<ProbeResult> ask(Duration timeout) {
    try {
      return container.probe(check.probe(), timeout);
    } catch (RuntimeException fault) {
      return CompletableFuture.failedFuture(fault);
    }
  }

  private void judge(Instant start, ProbeResult result) {
    if (closed) {
      return;
    }
    if (result.healthy()) {
      failures = 0;
      verdict = TaskHealth.State.HEALTHY;
    } else if (!inStartPeriod()) {
      int retries = check.retries() == 0 ? DEFAULT_RETRIES : check.retries();
      failures = Math.min(failures + 1, retries);
      if (failures == retries) {
        verdict = TaskHealth.State.UNHEALTHY;
      }
    }
    timer.cancel();
    timer = loop.schedule(interval(), this::probe);
    listener.accept(
        this, new TaskHealth.Result(name, start, loop.now(), result.exitCode(), result.output()));
  }

  @Override
  public void close() {
    closed = true;
    timer.cancel();
  }
}
