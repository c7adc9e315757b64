package io.swarm4j.docker;

import com.github.dockerjava.api.command.HealthState;
import com.github.dockerjava.api.command.HealthStateLog;
import io.swarm4j.agent.Container.HealthListener;
import io.swarm4j.model.Reason;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What the engine's own checks of one container have found. Thread-safe. */
final class EngineHealth {
  private @Nullable HealthListener listener;
  private @Nullable HealthState last;

  synchronized AutoCloseable follow(HealthListener newListener) {
    listener = newListener;
    if (last != null) {
      found(last);
    }
    return () -> {
      synchronized (this) {
        listener = null;
      }
    };
  }

  synchronized void found(HealthState state) {
    last = state;
    if (listener == null) {
      return;
    }
    if ("healthy".equals(state.getStatus())) {
      listener.healthy();
    } else if ("unhealthy".equals(state.getStatus())) {
      int failures = Objects.requireNonNullElse(state.getFailingStreak(), 0);
      listener.unhealthy(new Reason.Unhealthy(failures, output(state.getLog())));
    }
  }

  private static String output(@Nullable List<HealthStateLog> log) {
    return log == null || log.isEmpty()
        ? ""
        : Objects.requireNonNullElse(log.get(log.size() - 1).getOutput(), "").strip();
  }
}
