package io.swarm4j.engine;

import io.swarm4j.Swarm;
import io.swarm4j.engine.http.Response;
import io.swarm4j.engine.http.Sink;
import io.swarm4j.model.Task;
import io.swarm4j.stream.LogQuery;
import io.swarm4j.stream.LogQueryBuilder;
import io.swarm4j.stream.LogReceiver;
import java.util.Map;
import java.util.function.Function;

/** {@code /services/{id}/logs}, {@code /tasks/{id}/logs} and {@code /containers/{id}/logs}. */
final class LogRoutes {
  private static final String MULTIPLEXED = "application/vnd.docker.multiplexed-stream";
  private static final String RAW = "application/vnd.docker.raw-stream";

  private final Access access;

  LogRoutes(Access access) {
    this.access = access;
  }

  void addTo(Routes routes) {
    routes
        .get("/services/{id}/logs", this::ofService)
        .get("/tasks/{id}/logs", this::ofTask)
        .get("/containers/{id}/logs", this::ofContainer);
  }

  private Response ofService(Call call) {
    Swarm swarm = access.swarm();
    String id = swarm.services().get(call.variable("id")).id().toString();
    LogQuery query = query(call);
    boolean tty = swarm.services().get(id).spec().task().container().tty();
    return stream(call, tty, receiver -> swarm.services().logs(id, query, receiver));
  }

  private Response ofTask(Call call) {
    Swarm swarm = access.swarm();
    return ofTask(call, swarm, swarm.tasks().get(call.variable("id")));
  }

  private Response ofContainer(Call call) {
    Swarm swarm = access.member();
    return ofTask(call, swarm, TaskContainers.of(access).find(call.variable("id")));
  }

  private Response ofTask(Call call, Swarm swarm, Task task) {
    LogQuery query = query(call);
    boolean tty = swarm.view().specOf(task).task().container().tty();
    return stream(call, tty, receiver -> swarm.tasks().logs(task.id().toString(), query, receiver));
  }

  private static LogQuery query(Call call) {
    boolean stdout = call.query().flag("stdout");
    boolean stderr = call.query().flag("stderr");
    if (!stdout && !stderr) {
      throw new ApiException(400, "Bad parameters: you must choose at least one stream");
    }
    LogQueryBuilder query =
        LogQuery.builder().follow(call.query().flag("follow")).stdout(stdout).stderr(stderr);
    var since = Timestamps.parse(call.query().get("since"), "since");
    if (since != null) {
      query.since(since);
    }
    var until = Timestamps.parse(call.query().get("until"), "until");
    if (until != null) {
      query.until(until);
    }
    String tail = call.query().get("tail", "all");
    if (!tail.equals("all") && tail.matches("\\d{1,9}")) {
      query.tail(Integer.parseInt(tail));
    }
    return query.build();
  }

  private static Response stream(
      Call call, boolean tty, Function<LogReceiver, AutoCloseable> reading) {
    boolean named = call.version().isAtLeast(1, 42);
    LogFormat format =
        new LogFormat(!tty, call.query().flag("timestamps"), call.query().flag("details"));
    return new Response.Streamed(
        200,
        Map.of("Content-Type", tty || !named ? RAW : MULTIPLEXED),
        sink -> read(sink, format, reading));
  }

  private static void read(
      Sink sink, LogFormat format, Function<LogReceiver, AutoCloseable> reading) {
    AutoCloseable open = reading.apply(new LogSender(sink, format));
    sink.whenEnded(() -> closeQuietly(open));
  }

  private static void closeQuietly(AutoCloseable reading) {
    try {
      reading.close();
    } catch (Exception failed) {
      throw new IllegalStateException("a reading of logs could not be ended", failed);
    }
  }
}
