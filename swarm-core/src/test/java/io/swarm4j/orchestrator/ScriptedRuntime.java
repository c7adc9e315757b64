package io.swarm4j.orchestrator;

import io.swarm4j.agent.Container;
import io.swarm4j.agent.ExecStreams;
import io.swarm4j.agent.LogOptions;
import io.swarm4j.agent.LogSink;
import io.swarm4j.agent.Runtime;
import io.swarm4j.agent.TaskContext;
import io.swarm4j.model.HealthCheck.Probe;
import io.swarm4j.model.NodeDescription;
import io.swarm4j.model.Placement.Platform;
import io.swarm4j.model.Resources;
import io.swarm4j.model.TaskId;
import io.swarm4j.model.TaskStatus.ContainerStatus;
import io.swarm4j.time.Loop;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * A runtime whose containers start at once, run until told otherwise, and take {@link #stopTakes}
 * to stop.
 */
final class ScriptedRuntime implements Runtime {
  private final Loop loop;
  private final String hostname;
  private final Map<TaskId, Scripted> containers = new LinkedHashMap<>();
  Duration stopTakes = Duration.ZERO;
  Duration prepareTakes = Duration.ZERO;
  boolean healthy = true;
  int created;

  ScriptedRuntime(Loop loop, String hostname) {
    this.loop = loop;
    this.hostname = hostname;
  }

  @Override
  public NodeDescription describe() {
    return NodeDescription.UNKNOWN
        .withHostname(hostname)
        .withPlatform(new Platform("linux", "amd64"))
        .withResources(Resources.of(4, 8L << 30));
  }

  @Override
  public Container create(TaskContext task) {
    created++;
    Scripted container = new Scripted(task.task().id());
    containers.put(task.task().id(), container);
    return container;
  }

  @Override
  public CompletionStage<List<Container>> recover() {
    return CompletableFuture.completedFuture(List.of());
  }

  @Override
  public void close() {}

  /** Lets a task's program end by itself. */
  void exit(TaskId task, int code) {
    containers.get(task).exit.complete(new Container.Exit(code, false, ""));
  }

  /** Tasks whose program runs. */
  List<TaskId> running() {
    return containers.values().stream()
        .filter(container -> container.started && !container.exit.isDone())
        .map(Scripted::task)
        .toList();
  }

  private final class Scripted implements Container {
    private final TaskId task;
    private final CompletableFuture<Exit> exit = new CompletableFuture<>();
    private final CompletableFuture<Void> stopped = new CompletableFuture<>();
    private boolean started;
    private boolean stopping;

    Scripted(TaskId task) {
      this.task = task;
    }

    @Override
    public TaskId task() {
      return task;
    }

    @Override
    public CompletionStage<Void> prepare() {
      if (prepareTakes.isZero()) {
        return CompletableFuture.completedFuture(null);
      }
      CompletableFuture<Void> done = new CompletableFuture<>();
      loop.schedule(prepareTakes, () -> done.complete(null));
      return done;
    }

    @Override
    public CompletionStage<ContainerStatus> start() {
      started = true;
      return CompletableFuture.completedFuture(
          new ContainerStatus(task.toString(), 42, null, List.of(80)));
    }

    @Override
    public CompletionStage<Exit> exit() {
      return exit;
    }

    @Override
    public CompletionStage<Void> stop(Duration grace) {
      if (!stopping) {
        stopping = true;
        Runnable end =
            () -> {
              exit.complete(new Exit(143, false, ""));
              stopped.complete(null);
            };
        if (stopTakes.isZero()) {
          end.run();
        } else {
          loop.schedule(stopTakes, end);
        }
      }
      return stopped;
    }

    @Override
    public CompletionStage<Void> remove() {
      containers.remove(task);
      exit.complete(new Exit(137, false, ""));
      return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletionStage<ProbeResult> probe(Probe probe, Duration timeout) {
      return CompletableFuture.completedFuture(new ProbeResult(healthy, healthy ? 0 : 1, ""));
    }

    @Override
    public AutoCloseable logs(LogOptions options, LogSink sink) {
      sink.end();
      return () -> {};
    }

    @Override
    public CompletionStage<Integer> exec(List<String> command, ExecStreams streams) {
      return CompletableFuture.completedFuture(0);
    }

    @Override
    public CompletionStage<Usage> usage() {
      return CompletableFuture.completedFuture(new Usage(0, 0, 1));
    }
  }
}
