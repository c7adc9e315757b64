package io.swarm4j.sim;

import io.swarm4j.agent.Container;
import io.swarm4j.agent.ExecSpec;
import io.swarm4j.agent.ExecStreams;
import io.swarm4j.agent.Interaction;
import io.swarm4j.agent.LogOptions;
import io.swarm4j.agent.LogSink;
import io.swarm4j.agent.TaskContext;
import io.swarm4j.agent.TaskContext.TaskFile;
import io.swarm4j.agent.TaskFailure;
import io.swarm4j.model.HealthCheck;
import io.swarm4j.model.HealthCheck.Probe;
import io.swarm4j.model.Reason;
import io.swarm4j.model.TaskId;
import io.swarm4j.model.TaskStatus.ContainerStatus;
import io.swarm4j.time.Timer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A task of the simulated runtime.
 *
 * <p>There may be very many of them, so that what is shared or not needed yet is not made.
 */
final class SimulatedContainer implements Container {
  private static final int KILLED = 137;
  private static final CompletableFuture<Void> DONE = CompletableFuture.completedFuture(null);

  private final SimulatedRuntime runtime;
  private final TaskContext context;
  private final SimulatedImage behaviour;
  private @Nullable CompletableFuture<Void> prepared;
  private @Nullable CompletableFuture<ContainerStatus> started;
  private @Nullable CompletableFuture<Exit> ended;
  private @Nullable CompletableFuture<Void> stopped;
  private @Nullable Exit exit;
  private @Nullable TaskFailure neverStarts;
  private @Nullable Instant startedAt;
  private @Nullable Instant killAt;
  private Timer ownEnd = Timer.NONE;
  private Timer forcedEnd = Timer.NONE;
  private boolean unhealthy;
  private @Nullable List<TaskFile> replaced;

  SimulatedContainer(SimulatedRuntime runtime, TaskContext context, SimulatedImage behaviour) {
    this.runtime = runtime;
    this.context = context;
    this.behaviour = behaviour;
  }

  @Override
  public TaskId task() {
    return context.task().id();
  }

  /** Whether it runs, or ran and has ended. */
  boolean hasStarted() {
    return startedAt != null;
  }

  boolean isRunning() {
    return startedAt != null && exit == null && !runtime.isPoweredOff();
  }

  void setHealthy(boolean healthy) {
    unhealthy = !healthy;
  }

  TaskContext context() {
    return context;
  }

  /** The secrets and configs that it can read now. */
  List<TaskFile> files() {
    return replaced == null ? context.files() : replaced;
  }

  @Override
  public Optional<HealthCheck> imageHealth() {
    return Optional.ofNullable(behaviour.health());
  }

  @Override
  public CompletionStage<Void> prepare() {
    if (prepared == null) {
      prepared =
          neverStarts != null
              ? CompletableFuture.failedFuture(neverStarts)
              : after(behaviour.prepareDelay(), this::finishPrepare);
    }
    return prepared;
  }

  private CompletableFuture<Void> finishPrepare() {
    if (neverStarts == null && runtime.happens(behaviour.prepareFailure())) {
      String image = context.service().task().container().image();
      neverStarts("simulated failure of the preparation", new Reason.Image(image, "simulated"));
    }
    return neverStarts != null ? CompletableFuture.failedFuture(neverStarts) : DONE;
  }

  @Override
  public CompletionStage<ContainerStatus> start() {
    if (started == null) {
      started =
          prepare()
              .thenCompose(done -> after(behaviour.startDelay(), this::finishStart))
              .toCompletableFuture();
    }
    return started;
  }

  private CompletableFuture<ContainerStatus> finishStart() {
    if (neverStarts == null && runtime.happens(behaviour.startFailure())) {
      neverStarts("simulated failure of the start", new Reason.StartFailed("simulated"));
    }
    if (neverStarts != null) {
      return CompletableFuture.failedFuture(neverStarts);
    }
    startedAt = runtime.loop().now();
    runtime.started(task());
    if (behaviour.exitAfter() != null) {
      ownEnd = runtime.loop().schedule(behaviour.exitAfter(), () -> end(behaviour.exitCode(), ""));
    }
    return CompletableFuture.completedFuture(
        new ContainerStatus(
            "sim-" + task(), 1, null, context.service().task().container().exposedPorts()));
  }

  /** The outcome of {@code step}, taken after a delay, or at once if there is none. */
  private <T> CompletableFuture<T> after(
      @Nullable Duration delay, Supplier<CompletableFuture<T>> step) {
    if (runtime.isPoweredOff()) {
      return new CompletableFuture<>();
    }
    Duration stretched = runtime.stretched(delay);
    if (stretched == null || stretched.isZero()) {
      return step.get();
    }
    CompletableFuture<T> later = new CompletableFuture<>();
    runtime
        .loop()
        .schedule(
            stretched,
            () -> {
              if (!runtime.isPoweredOff()) {
                step.get()
                    .whenComplete(
                        (value, failure) -> {
                          if (failure == null) {
                            later.complete(value);
                          } else {
                            later.completeExceptionally(failure);
                          }
                        });
              }
            });
    return later;
  }

  private void neverStarts(String text, Reason reason) {
    TaskFailure failure = new TaskFailure(reason, text);
    neverStarts = failure;
    if (ended != null) {
      ended.completeExceptionally(failure);
    }
  }

  @Override
  public CompletionStage<Exit> exit() {
    if (ended == null) {
      ended = new CompletableFuture<>();
      if (exit != null) {
        ended.complete(exit);
      } else if (neverStarts != null) {
        ended.completeExceptionally(neverStarts);
      }
    }
    return ended;
  }

  /** Ends it, if it runs. */
  void end(int code, String message) {
    if (!isRunning()) {
      return;
    }
    ownEnd.cancel();
    forcedEnd.cancel();
    exit = new Exit(code, false, message);
    if (ended != null) {
      ended.complete(exit);
    }
    if (stopped != null) {
      stopped.complete(null);
    }
  }

  /** Nothing of it is ever heard again. */
  void vanish() {
    ownEnd.cancel();
    forcedEnd.cancel();
  }

  @Override
  public CompletionStage<Void> stop(Duration grace) {
    if (runtime.isPoweredOff()) {
      return new CompletableFuture<>();
    }
    if (startedAt == null) {
      if (neverStarts == null) {
        neverStarts("stopped before start", new Reason.Stopped("stopped before it started"));
      }
      return DONE;
    }
    if (exit != null) {
      return DONE;
    }
    if (stopped == null) {
      stopped = new CompletableFuture<>();
      if (!grace.isZero()) {
        askToEnd();
      }
    }
    armKill(grace);
    return stopped;
  }

  private void askToEnd() {
    if (behaviour.ignoresStop()) {
      return;
    }
    Duration delay = runtime.stretched(behaviour.stopDelay());
    if (delay == null || delay.isZero()) {
      end(0, "");
    } else {
      ownEnd.cancel();
      ownEnd = runtime.loop().schedule(delay, () -> end(0, ""));
    }
  }

  private void armKill(Duration grace) {
    Instant at = runtime.loop().now().plus(grace);
    if (exit == null && (killAt == null || at.isBefore(killAt))) {
      killAt = at;
      forcedEnd.cancel();
      if (grace.isZero()) {
        end(KILLED, "killed");
      } else {
        forcedEnd = runtime.loop().schedule(grace, () -> end(KILLED, "killed"));
      }
    }
  }

  @Override
  public CompletionStage<Void> remove() {
    return stop(Duration.ZERO).thenRun(() -> runtime.forget(this));
  }

  @Override
  public CompletionStage<ProbeResult> probe(Probe probe, Duration timeout) {
    if (runtime.isPoweredOff()) {
      return new CompletableFuture<>();
    }
    Instant start = startedAt;
    Duration good = behaviour.unhealthyAfter();
    boolean healthy =
        start != null
            && exit == null
            && !unhealthy
            && (good == null || runtime.loop().now().isBefore(start.plus(good)));
    return CompletableFuture.completedFuture(
        healthy ? new ProbeResult(true, 0, "") : new ProbeResult(false, 1, "simulated"));
  }

  /** A simulated task writes nothing. */
  @Override
  public AutoCloseable logs(LogOptions options, LogSink sink) {
    if (options.follow()) {
      exit().whenComplete((done, failure) -> sink.end());
    } else {
      sink.end();
    }
    return () -> {};
  }

  /** Every command succeeds. */
  @Override
  public Interaction exec(ExecSpec spec, ExecStreams streams) {
    String text = "task " + context.name() + " does not run";
    return isRunning()
        ? Interaction.of(CompletableFuture.completedFuture(0), () -> {})
        : Interaction.failed(new TaskFailure(new Reason.StartFailed(text), text));
  }

  @Override
  public CompletionStage<Void> replaceFiles(List<TaskFile> news) {
    List<TaskFile> all = new ArrayList<>(news);
    for (TaskFile old : files()) {
      if (news.stream().noneMatch(file -> file.isInPlaceOf(old))) {
        all.add(old);
      }
    }
    replaced = List.copyOf(all);
    return DONE;
  }

  @Override
  public CompletionStage<Void> signal(String name) {
    return DONE;
  }

  @Override
  public CompletionStage<Usage> usage() {
    return CompletableFuture.completedFuture(new Usage(0, 0, isRunning() ? 1 : 0));
  }
}
