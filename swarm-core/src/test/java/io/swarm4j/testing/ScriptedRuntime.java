package io.swarm4j.testing;

import io.swarm4j.agent.Container;
import io.swarm4j.agent.ExecSpec;
import io.swarm4j.agent.ExecStreams;
import io.swarm4j.agent.Interaction;
import io.swarm4j.agent.LogOptions;
import io.swarm4j.agent.LogSink;
import io.swarm4j.agent.Runtime;
import io.swarm4j.agent.TaskContext;
import io.swarm4j.model.HealthCheck;
import io.swarm4j.model.HealthCheck.Probe;
import io.swarm4j.model.NodeDescription;
import io.swarm4j.model.Placement.Platform;
import io.swarm4j.model.Resources;
import io.swarm4j.model.TaskId;
import io.swarm4j.model.TaskStatus.ContainerStatus;
import io.swarm4j.time.Loop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A runtime whose containers start at once, run until told otherwise, and behave as its fields say.
 *
 * <p>For use on one thread.
 */
public final class ScriptedRuntime implements Runtime {
  private final Loop loop;
  private final Map<TaskId, Scripted> containers = new LinkedHashMap<>();

  /** What the node says of itself. */
  public NodeDescription description;

  /** How long containers take to prepare, and to stop. */
  public Duration prepareTakes = Duration.ZERO;

  public Duration stopTakes = Duration.ZERO;

  /** Outcome of every probe. */
  public boolean healthy = true;

  /** Probes that fail though {@link #healthy} holds. */
  public final Set<Probe> failing = new HashSet<>();

  /** Whether probes are never answered. */
  public boolean probesHang;

  /** What failed probes say. */
  public String complaint = "";

  /** A health check that the image brings along. */
  public Optional<HealthCheck> imageHealth = Optional.empty();

  /** What the calls fail with, null for success. */
  public @Nullable RuntimeException createFails;

  public @Nullable RuntimeException describeFails;
  public @Nullable RuntimeException prepareFails;
  public @Nullable RuntimeException startFails;
  public @Nullable RuntimeException stopFails;

  /** Why nothing can be run, if that is so. */
  public Optional<String> outage = Optional.empty();

  /** When it is known what an earlier life has left. */
  public CompletableFuture<Void> recovery = CompletableFuture.completedFuture(null);

  /** Tasks that were started here, in order. */
  public final List<TaskId> started = new ArrayList<>();

  /** How many containers were made, and probes asked for. */
  public int created;

  public int probes;

  public ScriptedRuntime(Loop loop, String hostname) {
    this.loop = loop;
    this.description =
        NodeDescription.UNKNOWN
            .withHostname(hostname)
            .withPlatform(new Platform("linux", "amd64"))
            .withResources(Resources.of(4, 8L << 30));
  }

  @Override
  public NodeDescription describe() {
    if (describeFails != null) {
      throw describeFails;
    }
    return description;
  }

  @Override
  public Container create(TaskContext task) {
    if (createFails != null) {
      throw createFails;
    }
    created++;
    Scripted container = new Scripted(task.task().id());
    containers.put(task.task().id(), container);
    return container;
  }

  /** Gives back what still runs, as a runtime does whose containers outlive the agent. */
  @Override
  public CompletionStage<List<Container>> recover() {
    List<Container> running = new ArrayList<>();
    containers.values().stream().filter(Scripted::isRunning).forEach(running::add);
    return recovery.thenApply(done -> running);
  }

  @Override
  public Optional<String> outage() {
    return outage;
  }

  @Override
  public void close() {}

  /** Lets a task's program end by itself. */
  public void exit(TaskId task, int code) {
    containers.get(task).exit.complete(new Container.Exit(code, false, ""));
  }

  /** Tasks whose program runs. */
  public List<TaskId> running() {
    return containers.values().stream().filter(Scripted::isRunning).map(Scripted::task).toList();
  }

  /** Tasks that have left something here, running or not. */
  public List<TaskId> present() {
    return List.copyOf(containers.keySet());
  }

  private static <T> CompletionStage<T> outcome(@Nullable RuntimeException failure, T value) {
    return failure == null
        ? CompletableFuture.completedFuture(value)
        : CompletableFuture.failedFuture(failure);
  }

  private final class Scripted implements Container {
    private final TaskId task;
    private final CompletableFuture<Exit> exit = new CompletableFuture<>();
    private final CompletableFuture<Void> stopped = new CompletableFuture<>();
    private boolean wasStarted;
    private boolean stopping;

    Scripted(TaskId task) {
      this.task = task;
    }

    boolean isRunning() {
      return wasStarted && !exit.isDone();
    }

    @Override
    public TaskId task() {
      return task;
    }

    @Override
    public CompletionStage<Void> prepare() {
      if (prepareTakes.isZero() || prepareFails != null) {
        return outcome(prepareFails, null);
      }
      CompletableFuture<Void> done = new CompletableFuture<>();
      loop.schedule(prepareTakes, () -> done.complete(null));
      return done;
    }

    @Override
    public CompletionStage<ContainerStatus> start() {
      wasStarted = startFails == null;
      started.add(task);
      return outcome(startFails, new ContainerStatus(task.toString(), 42, null, List.of(80)));
    }

    @Override
    public CompletionStage<Exit> exit() {
      return exit;
    }

    @Override
    public CompletionStage<Void> stop(Duration grace) {
      if (!stopping) {
        stopping = true;
        if (stopTakes.isZero()) {
          end();
        } else {
          loop.schedule(stopTakes, this::end);
        }
      }
      return stopped;
    }

    private void end() {
      exit.complete(new Exit(143, false, ""));
      if (stopFails == null) {
        stopped.complete(null);
      } else {
        stopped.completeExceptionally(stopFails);
      }
    }

    @Override
    public CompletionStage<Void> remove() {
      containers.remove(task);
      exit.complete(new Exit(137, false, ""));
      return CompletableFuture.completedFuture(null);
    }

    @Override
    public Optional<HealthCheck> imageHealth() {
      return imageHealth;
    }

    @Override
    public CompletionStage<ProbeResult> probe(Probe probe, Duration timeout) {
      probes++;
      if (probesHang) {
        return new CompletableFuture<>();
      }
      boolean good = healthy && !failing.contains(probe);
      return CompletableFuture.completedFuture(
          good ? new ProbeResult(true, 0, "") : new ProbeResult(false, 1, complaint));
    }

    @Override
    public AutoCloseable logs(LogOptions options, LogSink sink) {
      sink.end();
      return () -> {};
    }

    @Override
    public Interaction exec(ExecSpec spec, ExecStreams streams) {
      return Interaction.of(CompletableFuture.completedFuture(0), () -> {});
    }

    @Override
    public CompletionStage<Usage> usage() {
      return CompletableFuture.completedFuture(new Usage(0, 0, 1));
    }
  }
}
