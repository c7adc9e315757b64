package io.swarm4j.engine;

import io.swarm4j.Swarm;
import io.swarm4j.engine.http.Response;
import io.swarm4j.engine.json.ContainerJson;
import io.swarm4j.model.Task;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** {@code /containers}: how those of tasks end, by hand or by themselves. */
final class ContainerEndRoutes {
  /** What the Engine API means by a negative grace period: it is never over. */
  private static final Duration FOREVER = Duration.ofDays(365);

  private final Access access;

  ContainerEndRoutes(Access access) {
    this.access = access;
  }

  void addTo(Routes routes) {
    routes
        .later("POST", "/containers/{id}/stop", this::stop)
        .later("POST", "/containers/{id}/restart", this::stop)
        .later("POST", "/containers/{id}/kill", this::kill)
        .post("/containers/{id}/wait", this::await)
        .later("DELETE", "/containers/{id}", this::refuseRemoval);
  }

  /** What has ended is replaced by its swarm, so that a restart is no more than that. */
  private CompletionStage<Response> stop(Call call) {
    Task task = find(call);
    if (call.query().get("signal") != null) {
      throw new ApiException(
          400, "signal: the service of a task says which signal stops it, see --stop-signal");
    } else if (!ContainerJson.isRunning(task)) {
      return CompletableFuture.completedFuture(Response.empty(304));
    }
    return swarm().tasks().stop(task.id().toString(), grace(call, task)).thenApply(done());
  }

  private Duration grace(Call call, Task task) {
    String seconds = call.query().get("t", "");
    if (seconds.isEmpty()) {
      return swarm().view().specOf(task).task().container().effectiveStopGrace();
    }
    try {
      int given = Integer.parseInt(seconds);
      return given < 0 ? FOREVER : Duration.ofSeconds(given);
    } catch (NumberFormatException malformed) {
      throw new ApiException(400, "invalid value '" + seconds + "' for t: give whole seconds");
    }
  }

  private CompletionStage<Response> kill(Call call) {
    Task task = find(call);
    String signal = Signals.name(call.query().get("signal", ""));
    if (!ContainerJson.isRunning(task)) {
      throw new ApiException(
          409,
          "cannot kill container: %s: container %s is not running"
              .formatted(call.variable("id"), TaskContainers.id(task)));
    }
    String id = task.id().toString();
    CompletionStage<Void> sent =
        signal.equals(Signals.KILL) ? swarm().tasks().kill(id) : swarm().tasks().signal(id, signal);
    return sent.thenApply(done());
  }

  private static java.util.function.Function<Void, Response> done() {
    return done -> Answers.noContent();
  }

  /** Clients wait for the head of the answer before they do what may end the container. */
  private Response await(Call call) {
    Task task = find(call);
    String condition = call.query().get("condition", "not-running");
    if (!condition.matches("|not-running|next-exit|removed")) {
      throw new ApiException(400, "invalid condition: \"" + condition + "\"");
    }
    Swarm swarm = swarm();
    return new Response.Streamed(
        200,
        Map.of("Content-Type", "application/json"),
        sink -> ContainerExit.tell(swarm, task, condition.equals("removed"), sink));
  }

  private CompletionStage<Response> refuseRemoval(Call call) {
    throw new ApiException(
        409,
        "container "
            + TaskContainers.id(find(call))
            + " belongs to a task; its swarm removes it, with the task or with its service");
  }

  private Task find(Call call) {
    return TaskContainers.of(access).find(call.variable("id"));
  }

  private Swarm swarm() {
    return access.member();
  }
}
