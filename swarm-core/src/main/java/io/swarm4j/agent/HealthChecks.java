package io.swarm4j.agent;

import io.swarm4j.model.ContainerSpec;
import io.swarm4j.model.HealthCheck;
import io.swarm4j.model.HealthCheck.Probe;
import io.swarm4j.model.Reason;
import io.swarm4j.model.TaskHealth;
import io.swarm4j.model.TaskHealth.State;
import io.swarm4j.time.Loop;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * All health checks of a running task, and what they mean together.
 *
 * <p>The startup check comes first, the others wait for its success. A task has passed, and may get
 * traffic, once its Docker-style check and its readiness check have succeeded. A failed readiness
 * check withdraws it for as long as it fails; any other check that fails ends it.
 */
final class HealthChecks implements AutoCloseable {
  private static final String HEALTH = "health";
  private static final String STARTUP = "startup";
  private static final String READINESS = "readiness";
  private static final String LIVENESS = "liveness";

  private final Loop loop;
  private final Container container;
  private final Listener listener;
  private final Map<String, HealthCheck> checks = new LinkedHashMap<>();
  private final List<RunningCheck> monitors = new ArrayList<>();
  private final ArrayDeque<TaskHealth.Result> log = new ArrayDeque<>();
  private TaskHealth health;
  private boolean passed;

  /** Who hears what the checks find out; each method is called on the loop. */
  interface Listener {
    /** The health is another than before. */
    void changed(TaskHealth health);

    /** The task may get traffic; called once. */
    void passed();

    /** The task must end; called once, and nothing after it. */
    void failed(Reason.Unhealthy reason);
  }

  private HealthChecks(
      Loop loop, Container container, Listener listener, @Nullable TaskHealth known) {
    this.loop = loop;
    this.container = container;
    this.listener = listener;
    this.health = known == null ? TaskHealth.STARTING : known;
    this.log.addAll(health.log());
  }

  /**
   * The checks of a task whose program has started, of which none is probed yet; null if it has
   * none.
   *
   * @param spec what the task runs
   * @param known its health, if it had passed in an earlier life of the agent
   */
  static @Nullable HealthChecks of(
      Loop loop,
      Container container,
      ContainerSpec spec,
      @Nullable TaskHealth known,
      Listener listener) {
    HealthChecks all = new HealthChecks(loop, container, listener, known);
    HealthCheck own = spec.health();
    all.add(HEALTH, own == null ? container.imageHealth().orElse(null) : own);
    if (spec.probes() != null) {
      all.add(STARTUP, known == null ? spec.probes().startup() : null);
      all.add(READINESS, spec.probes().readiness());
      all.add(LIVENESS, spec.probes().liveness());
    }
    all.passed = known != null;
    return all.checks.isEmpty() ? null : all;
  }

  private void add(String name, @Nullable HealthCheck check) {
    if (check != null && !(check.probe() instanceof Probe.Disabled)) {
      checks.put(name, check);
    }
  }

  /** What is known so far. */
  TaskHealth health() {
    return health;
  }

  /** Begins to probe. */
  void start() {
    if (checks.containsKey(STARTUP)) {
      monitor(STARTUP);
    } else {
      startAll();
    }
  }

  private void startAll() {
    checks.keySet().forEach(this::monitor);
    if (!passed && gates().isEmpty()) {
      pass();
    }
  }

  private void monitor(String name) {
    State known =
        !passed
            ? State.STARTING
            : name.equals(READINESS) && !health.ready() ? State.UNHEALTHY : State.HEALTHY;
    HealthCheck check = Objects.requireNonNull(checks.get(name));
    RunningCheck running =
        name.equals(HEALTH)
            ? FollowedCheck.of(loop, container, name, check, known, this::judged)
                .orElseGet(() -> probing(name, check, known))
            : probing(name, check, known);
    monitors.add(running);
  }

  private RunningCheck probing(String name, HealthCheck check, State known) {
    return new HealthMonitor(loop, container, name, check, known, this::judged);
  }

  /** The checks that hold traffic back until they have succeeded. */
  private List<RunningCheck> gates() {
    return monitors.stream().filter(monitor -> !monitor.name().equals(LIVENESS)).toList();
  }

  private void judged(RunningCheck monitor, TaskHealth.Result result) {
    log.add(result);
    if (log.size() > TaskHealth.MOST_RESULTS) {
      log.remove();
    }
    if (monitor.verdict() == State.UNHEALTHY && !monitor.name().equals(READINESS)) {
      publish();
      close();
      String detail =
          monitor.name().equals(HEALTH) ? result.output() : monitor.name() + ": " + result.output();
      listener.failed(new Reason.Unhealthy(monitor.failures(), detail));
    } else if (monitor.name().equals(STARTUP) && monitor.verdict() == State.HEALTHY) {
      monitor.close();
      monitors.remove(monitor);
      checks.remove(STARTUP);
      startAll();
      publish();
    } else if (!passed && allHealthy(gates())) {
      pass();
    } else {
      publish();
    }
  }

  private static boolean allHealthy(List<RunningCheck> some) {
    return some.stream().allMatch(monitor -> monitor.verdict() == State.HEALTHY);
  }

  private void pass() {
    passed = true;
    publish();
    listener.passed();
  }

  private void publish() {
    boolean ready =
        passed
            && monitors.stream()
                .noneMatch(
                    monitor ->
                        monitor.name().equals(READINESS) && monitor.verdict() == State.UNHEALTHY);
    int streak = monitors.stream().mapToInt(RunningCheck::failures).max().orElse(0);
    State state = state();
    if (state != health.state() || ready != health.ready() || streak != health.failingStreak()) {
      health = new TaskHealth(state, ready, streak, List.copyOf(log));
      listener.changed(health);
    }
  }

  private State state() {
    if (monitors.stream().anyMatch(monitor -> monitor.verdict() == State.UNHEALTHY)) {
      return State.UNHEALTHY;
    }
    return monitors.isEmpty() || allHealthy(monitors) ? State.HEALTHY : State.STARTING;
  }

  @Override
  public void close() {
    monitors.forEach(RunningCheck::close);
    monitors.clear();
  }
}
