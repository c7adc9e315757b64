package io.swarm4j.agent;

import io.swarm4j.agent.Container.ProbeResult;
import io.swarm4j.model.HealthCheck;
import io.swarm4j.model.Reason;
import io.swarm4j.time.Loop;
import io.swarm4j.time.Timer;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * Probes a container as Docker does: first after one interval, healthy on the first success,
 * unhealthy after {@code retries} failures in a row; failures during the start period do not count
 * until a probe has succeeded.
 */
final class HealthMonitor implements AutoCloseable {
  private static final Duration DEFAULT_INTERVAL = Duration.ofSeconds(30);
  private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(30);
  private static final Duration DEFAULT_START_INTERVAL = Duration.ofSeconds(5);
  private static final int DEFAULT_RETRIES = 3;

  private final Loop loop;
  private final Container container;
  private final HealthCheck check;
  private final Runnable healthy;
  private final Consumer<Reason.Unhealthy> unhealthy;
  private final Instant startPeriodEnd;
  private Timer timer;
  private int failures;
  private boolean wasHealthy;
  private boolean closed;

  HealthMonitor(
      Loop loop,
      Container container,
      HealthCheck check,
      Runnable healthy,
      Consumer<Reason.Unhealthy> unhealthy) {
    this.loop = loop;
    this.container = container;
    this.check = check;
    this.healthy = healthy;
    this.unhealthy = unhealthy;
    this.startPeriodEnd = loop.now().plus(or(check.startPeriod(), Duration.ZERO));
    this.timer = loop.schedule(interval(), this::probe);
  }

  private static Duration or(@org.jspecify.annotations.Nullable Duration value, Duration fallback) {
    return value == null || value.isZero() ? fallback : value;
  }

  private boolean starting() {
    return !wasHealthy && loop.now().isBefore(startPeriodEnd);
  }

  private Duration interval() {
    return starting()
        ? or(check.startInterval(), DEFAULT_START_INTERVAL)
        : or(check.interval(), DEFAULT_INTERVAL);
  }

  private void probe() {
    ask()
        .whenComplete(
            (result, failure) ->
                loop.execute(
                    () ->
                        judge(
                            failure == null
                                ? result
                                : new ProbeResult(
                                    false, -1, Objects.toString(failure.getMessage())))));
  }

  private CompletionStage<ProbeResult> ask() {
    try {
      return container.probe(check.probe(), or(check.timeout(), DEFAULT_TIMEOUT));
    } catch (RuntimeException fault) {
      return CompletableFuture.failedFuture(fault);
    }
  }

  private void judge(ProbeResult result) {
    if (closed) {
      return;
    }
    if (result.healthy()) {
      failures = 0;
      if (!wasHealthy) {
        wasHealthy = true;
        healthy.run();
      }
    } else if (!starting()) {
      failures++;
    }
    int retries = check.retries() == 0 ? DEFAULT_RETRIES : check.retries();
    if (failures >= retries) {
      close();
      unhealthy.accept(new Reason.Unhealthy(failures, result.output()));
    } else {
      timer = loop.schedule(interval(), this::probe);
    }
  }

  @Override
  public void close() {
    closed = true;
    timer.cancel();
  }
}
