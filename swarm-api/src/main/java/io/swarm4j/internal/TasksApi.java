package io.swarm4j.internal;

import io.swarm4j.ExecResult;
import io.swarm4j.Logs;
import io.swarm4j.Tasks;
import io.swarm4j.agent.ExecSpec;
import io.swarm4j.agent.ExecStreams;
import io.swarm4j.agent.Interaction;
import io.swarm4j.model.Task;
import io.swarm4j.scheduler.Explanation;
import io.swarm4j.scheduler.PlacementEngine;
import io.swarm4j.store.View;
import io.swarm4j.stream.LogQuery;
import io.swarm4j.stream.LogReceiver;
import io.swarm4j.stream.LogSource;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Tasks of the committed state, and the way into those that run. */
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
  public CompletionStage<@Nullable Void> stop(String task, Duration grace) {
    View view = engine.view();
    Task found = Lookup.task(view, task);
    return engine.reach().console().stop(found, view.nameOf(found), grace);
  }

  @Override
  public CompletionStage<@Nullable Void> signal(String task, String name) {
    View view = engine.view();
    Task found = Lookup.task(view, task);
    return engine.reach().console().signal(found, view.nameOf(found), name);
  }

  @Override
  public Logs logs(String task, LogQuery query) {
    return engine.reach().logs(new LogSource.OfTask(get(task).id()), query);
  }

  @Override
  public AutoCloseable logs(String task, LogQuery query, LogReceiver receiver) {
    return engine.reach().logs(new LogSource.OfTask(get(task).id()), query, receiver);
  }

  @Override
  public Interaction exec(String task, ExecSpec spec, ExecStreams streams) {
    View view = engine.view();
    return engine.reach().console().exec(view, Lookup.task(view, task), spec, streams);
  }

  @Override
  public ExecResult exec(String task, List<String> command, Duration timeout) {
    ByteArrayOutputStream output = new ByteArrayOutputStream();
    ByteArrayOutputStream errors = new ByteArrayOutputStream();
    ExecStreams streams = new ExecStreams(InputStream.nullInputStream(), output, errors);
    try (Interaction run = exec(task, ExecSpec.builder().command(command).build(), streams)) {
      int code = engine.waiting().join(run.exit(), timeout);
      return new ExecResult(
          code, output.toString(StandardCharsets.UTF_8), errors.toString(StandardCharsets.UTF_8));
    }
  }

  @Override
  public Interaction attach(String task, String actor, boolean stdin, ExecStreams streams) {
    View view = engine.view();
    return engine.reach().console().attach(view, Lookup.task(view, task), actor, stdin, streams);
  }
}
