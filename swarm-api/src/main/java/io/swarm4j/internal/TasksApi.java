package io.swarm4j.internal;

import io.swarm4j.Tasks;
import io.swarm4j.agent.Agent;
import io.swarm4j.agent.Container;
import io.swarm4j.agent.ExecStreams;
import io.swarm4j.agent.LogOptions;
import io.swarm4j.agent.LogSink;
import io.swarm4j.model.NotFoundException;
import io.swarm4j.model.Task;
import io.swarm4j.scheduler.Explanation;
import io.swarm4j.scheduler.PlacementEngine;
import io.swarm4j.store.View;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Tasks of the committed state, and the containers of those that run in this JVM. */
record TasksApi(Host engine) implements Tasks {

  @Override
  public Task get(String task) {
    return Lookup.task(engine.view(), task);
  }

  @Override
  public List<Task> list() {
    return engine.view().tasks();
  }

  @Override
  public Explanation explain(String task) {
    View view = engine.view();
    return PlacementEngine.of(view, engine.options().placement())
        .explain(Lookup.task(view, task), view, engine.options().time().now());
  }

  @Override
  public CompletionStage<@Nullable Void> kill(String task) {
    return container(get(task)).thenCompose(container -> container.stop(Duration.ZERO));
  }

  @Override
  public AutoCloseable logs(String task, LogOptions options, LogSink sink) {
    return engine.join(container(get(task))).logs(options, sink);
  }

  @Override
  public CompletionStage<Integer> exec(String task, List<String> command, ExecStreams streams) {
    return container(get(task)).thenCompose(container -> container.exec(command, streams));
  }

  private CompletionStage<Container> container(Task task) {
    Agent agent = task.nodeId() == null ? null : engine.agent(task.nodeId());
    if (agent == null) {
      return CompletableFuture.failedFuture(
          new NotFoundException("task " + task.id() + " does not run in this JVM"));
    }
    CompletableFuture<Container> found = new CompletableFuture<>();
    agent
        .loop()
        .execute(
            () -> {
              Container container = agent.container(task.id());
              if (container == null) {
                found.completeExceptionally(
                    new NotFoundException(
                        "task " + task.id() + " has no container yet, or no longer"));
              } else {
                found.complete(container);
              }
            });
    return found;
  }
}
