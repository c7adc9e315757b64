package io.swarm4j.docker;

import io.swarm4j.model.HealthCheck;
import io.swarm4j.model.HealthCheck.Probe;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Health checks in the engine's terms and in ours. */
final class HealthChecks {
  private static final String NONE = "NONE";
  private static final String COMMAND = "CMD";
  private static final String SHELL = "CMD-SHELL";

  private HealthChecks() {}

  /** Whether the engine itself can do such a check. */
  static boolean isForEngine(HealthCheck check) {
    return check.probe() instanceof Probe.Exec || check.probe() instanceof Probe.Shell;
  }

  /** What the engine is told: the check, none in place of the image's, or null to keep that. */
  static com.github.dockerjava.api.model.@Nullable HealthCheck toEngine(
      @Nullable HealthCheck check) {
    if (check == null) {
      return null;
    }
    var result = new com.github.dockerjava.api.model.HealthCheck();
    if (check.probe() instanceof Probe.Exec exec) {
      List<String> words = new ArrayList<>(List.of(COMMAND));
      words.addAll(exec.command());
      result.withTest(words);
    } else if (check.probe() instanceof Probe.Shell shell) {
      result.withTest(List.of(SHELL, shell.line()));
    } else {
      return result.withTest(List.of(NONE));
    }
    return result
        .withInterval(nanos(check.interval()))
        .withTimeout(nanos(check.timeout()))
        .withRetries(check.retries())
        .withStartPeriod(nanos(check.startPeriod()));
  }

  /** The check that an image brings along. */
  static Optional<HealthCheck> ofImage(
      com.github.dockerjava.api.model.@Nullable HealthCheck check) {
    List<String> test =
        check == null ? List.of() : Objects.requireNonNullElse(check.getTest(), List.of());
    if (check == null || test.size() < 2) {
      return Optional.empty();
    }
    Probe probe =
        test.get(0).equals(SHELL)
            ? new Probe.Shell(test.get(1))
            : new Probe.Exec(test.subList(1, test.size()));
    return Optional.of(
        new HealthCheck(
            probe,
            duration(check.getInterval()),
            duration(check.getTimeout()),
            Objects.requireNonNullElse(check.getRetries(), 0),
            duration(check.getStartPeriod()),
            null));
  }

  private static long nanos(@Nullable Duration duration) {
    return duration == null ? 0 : duration.toNanos();
  }

  private static @Nullable Duration duration(@Nullable Long nanos) {
    return nanos == null || nanos == 0 ? null : Duration.ofNanos(nanos);
  }
}
