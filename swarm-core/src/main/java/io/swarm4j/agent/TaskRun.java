package io.swarm4j.agent;

import io.swarm4j.agent.Container.Exit;
import io.swarm4j.agent.TaskContext.TaskFile;
import io.swarm4j.agent.protocol.Assignment;
import io.swarm4j.model.DisconnectPolicy;
import io.swarm4j.model.Reason;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskHealth;
import io.swarm4j.model.TaskId;
import io.swarm4j.model.TaskState;
import io.swarm4j.model.TaskStatus;
import io.swarm4j.model.TaskStatus.ContainerStatus;
import io.swarm4j.time.Loop;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One task on its node: the state machine from ACCEPTED to its end. For use on the agent's loop
 * only.
 */
final class TaskRun {
  private static final Logger LOG = LoggerFactory.getLogger(TaskRun.class);

  /** Variable that tells a fenced task its token. */
  static final String FENCING_TOKEN = "SWARM_FENCING_TOKEN";

  private final Agent agent;
  private final Loop loop;
  private final TaskId id;
  private @Nullable Assignment assignment;
  private @Nullable Container container;
  private @Nullable HealthChecks health;
  private TaskState desired = TaskState.READY;
  private TaskStatus status;
  private List<TaskFile> given = List.of();
  private boolean refreshing;
  private boolean stopping;
  private boolean gone;

  TaskRun(Agent agent, Loop loop, TaskId id) {
    this.agent = agent;
    this.loop = loop;
    this.id = id;
    this.status = TaskStatus.of(TaskState.ASSIGNED, loop.now(), "");
  }

  /** A task whose container was found running when the agent started. */
  static TaskRun adopted(Agent agent, Loop loop, Container container) {
    TaskRun run = new TaskRun(agent, loop, container.task());
    run.container = container;
    run.status = TaskStatus.of(TaskState.RUNNING, loop.now(), "started");
    run.watchExit(container);
    return run;
  }

  TaskId id() {
    return id;
  }

  TaskStatus status() {
    return status;
  }

  @Nullable Container container() {
    return container;
  }

  /** Whether a manager of this session or an earlier one has asked for it. */
  boolean isAssigned() {
    return assignment != null;
  }

  /**
   * The task was started here in an earlier life of the node, and nothing is left of it: it has
   * failed, since a task is used once.
   */
  void mourn(Assignment latest) {
    assignment = latest;
    status = latest.task().status();
    if (latest.task().isDesiredAlive()) {
      String detail = "the node was restarted, and what ran is gone";
      become(TaskState.FAILED, "started", detail, new Reason.NodeLost(agent.node(), detail));
    } else {
      become(TaskState.SHUTDOWN, "shutdown", status.err(), cause(latest));
    }
  }

  /** Takes what the manager wants now; a desired state that goes back is ignored. */
  void update(Assignment latest) {
    boolean adopted = assignment == null && container != null;
    assignment = latest;
    TaskState wanted = latest.task().desiredState();
    if (wanted.isAfter(desired)) {
      desired = wanted;
    }
    try {
      if (adopted) {
        resume(latest);
      }
      if (container == null && !status.state().isTerminal()) {
        accept(latest);
      } else {
        advance();
        refreshFiles();
      }
    } catch (RuntimeException fault) {
      fail(fault); // one task's fault is not to harm the others of its message
    }
  }

  /** A container that was found running is watched over as before. */
  private void resume(Assignment latest) {
    TaskStatus known = latest.task().status();
    if (status.state() == TaskState.RUNNING && !known.state().isTerminal()) {
      boolean healthy = known.state() == TaskState.RUNNING;
      status =
          healthy
              ? inReach(latest.task())
              : new TaskStatus(
                  TaskState.STARTING, loop.now(), "starting", "", null, known.container());
      watchHealth(Objects.requireNonNull(container));
    }
    agent.changed(this);
  }

  /** What is known of a running task, without that its node is out of reach. */
  private static TaskStatus inReach(Task running) {
    TaskStatus known = running.status();
    return running.isDesiredAlive() && known.reason() instanceof Reason.NodeLost
        ? known.because(null, known.err())
        : known;
  }

  private void accept(Assignment latest) {
    if (desired.isAfter(TaskState.COMPLETE)) {
      become(TaskState.SHUTDOWN, "shutdown", "", new Reason.Stopped("never started"));
      return;
    }
    given = latest.files();
    Container made = agent.runtime().create(new TaskTemplates(agent, latest).context());
    container = made;
    become(TaskState.ACCEPTED, "accepted");
    become(TaskState.PREPARING, "preparing");
    made.onProgress(reason -> loop.execute(() -> progress(reason)));
    then(made.prepare(), done -> prepared());
  }

  private void progress(Reason reason) {
    if (!gone && status.state() == TaskState.PREPARING) {
      status = status.because(reason, "");
      agent.changed(this);
    }
  }

  private void prepared() {
    if (status.state() == TaskState.PREPARING) {
      become(TaskState.READY, "prepared");
      advance();
    }
  }

  private void advance() {
    if (status.state().isTerminal()) {
      return;
    }
    if (desired.isAfter(TaskState.COMPLETE)) {
      stop();
    } else if (desired.isAfter(TaskState.READY) && status.state() == TaskState.READY) {
      start();
    }
  }

  private void start() {
    Container present = Objects.requireNonNull(container);
    become(TaskState.STARTING, "starting");
    then(present.start(), this::started);
  }

  private void started(ContainerStatus started) {
    Container present = Objects.requireNonNull(container);
    status = status.withContainer(started.withPayloads(FileVersions.of(given)));
    watchExit(present);
    if (!stopping && !status.state().isTerminal()) {
      watchHealth(present);
      refreshFiles();
    }
  }

  /** Gives a running task the new versions of secrets and configs that it shall have. */
  private void refreshFiles() {
    ContainerStatus running = status.container();
    Assignment latest = assignment;
    if (running == null
        || latest == null
        || refreshing
        || stopping
        || status.state().isTerminal()) {
      return;
    }
    List<TaskFile> news = FileVersions.outdated(latest.files(), running.payloads());
    if (news.isEmpty()) {
      return;
    }
    refreshing = true;
    List<TaskFile> filledIn = new TaskTemplates(agent, latest).files(news);
    FileVersions.replace(Objects.requireNonNull(container), filledIn)
        .whenComplete((done, failure) -> loop.execute(() -> refreshed(news, failure)));
  }

  private void refreshed(List<TaskFile> news, @Nullable Throwable failure) {
    refreshing = false;
    ContainerStatus running = status.container();
    if (failure != null) {
      LOG.warn("task {} keeps its old files: {}", id, failure.getMessage());
    } else if (running != null && !gone) {
      status =
          status.withContainer(running.withPayloads(FileVersions.after(running.payloads(), news)));
      agent.changed(this);
      refreshFiles();
    }
  }

  /** Starts the health checks of a task, which runs once it has passed them. */
  private void watchHealth(Container present) {
    boolean passed = status.state() == TaskState.RUNNING;
    TaskHealth known =
        passed ? Objects.requireNonNullElse(status.health(), TaskHealth.PASSED) : null;
    HealthChecks checks =
        HealthChecks.of(
            loop,
            present,
            Objects.requireNonNull(assignment).service().task().container(),
            known,
            new HealthListener());
    if (checks == null) {
      running();
      return;
    }
    health = checks;
    status = status.withHealth(checks.health());
    if (!passed) {
      status = status.because(new Reason.AwaitingHealth("no successful probe yet"), "");
    }
    agent.changed(this);
    checks.start();
  }

  private final class HealthListener implements HealthChecks.Listener {
    @Override
    public void changed(TaskHealth now) {
      if (!gone && !status.state().isTerminal()) {
        status = status.withHealth(now);
        agent.changed(TaskRun.this);
      }
    }

    @Override
    public void passed() {
      running();
    }

    @Override
    public void failed(Reason.Unhealthy reason) {
      unhealthy(reason);
    }
  }

  private void running() {
    if (status.state() == TaskState.STARTING) {
      become(TaskState.RUNNING, "started", "", null);
    }
  }

  private void unhealthy(Reason.Unhealthy reason) {
    if (status.state().isTerminal() || stopping) {
      return;
    }
    Container present = Objects.requireNonNull(container);
    endHealth();
    stopping = true;
    stopped(
        present.stop(grace()),
        () ->
            become(
                TaskState.FAILED,
                "unhealthy",
                "task: non-zero exit (137): unhealthy container",
                reason));
  }

  /** How long it may go on while the node hears of no manager; null if that does not matter. */
  @Nullable Duration isolationLimit() {
    if (assignment == null || container == null || stopping || status.state().isTerminal()) {
      return null;
    }
    DisconnectPolicy policy = assignment.service().disconnect();
    if (policy instanceof DisconnectPolicy.StopAfter stop) {
      return stop.after();
    }
    return policy instanceof DisconnectPolicy.Fence fence ? fence.after() : null;
  }

  /** Ends it, because the node has heard of no manager for {@code limit}. */
  void isolate(Duration limit) {
    String text = "the node heard of no manager for " + limit;
    endHealth();
    stopping = true;
    stopped(
        Objects.requireNonNull(container).stop(grace()),
        () -> become(TaskState.FAILED, "stopped", text, new Reason.NodeLost(agent.node(), text)));
  }

  private void watchExit(Container present) {
    then(present.exit(), this::exited);
  }

  private void exited(Exit exit) {
    if (status.state().isTerminal() || stopping) {
      return; // the stop that caused it reports the end
    }
    endHealth();
    withExitCode(exit.code());
    if (exit.code() == 0) {
      become(TaskState.COMPLETE, "finished", "", exit.reason());
    } else {
      String detail = exit.outOfMemory() ? "out of memory" : exit.message();
      String err =
          "task: non-zero exit (" + exit.code() + ")" + (detail.isEmpty() ? "" : ": " + detail);
      become(TaskState.FAILED, "started", err, exit.reason());
    }
  }

  private void withExitCode(int code) {
    ContainerStatus old = status.container();
    if (old != null) {
      status = status.withContainer(old.ended(code));
    }
  }

  private void stop() {
    if (stopping) {
      return;
    }
    stopping = true;
    endHealth();
    Container present = Objects.requireNonNull(container);
    Assignment last = Objects.requireNonNull(assignment);
    stopped(
        present.stop(grace()),
        () -> {
          Exit exit = now(present.exit());
          if (exit != null) {
            withExitCode(exit.code());
          }
          become(TaskState.SHUTDOWN, "shutdown", last.task().status().err(), cause(last));
        });
  }

  private static Reason cause(Assignment assignment) {
    return Objects.requireNonNullElse(
        assignment.task().status().reason(), new Reason.Stopped("desired"));
  }

  /** Goes on, on the loop, once a container is stopped, in good order or not. */
  private void stopped(CompletionStage<Void> stop, Runnable next) {
    stop.whenComplete(
        (done, failure) ->
            loop.execute(
                () -> {
                  if (failure != null) {
                    LOG.warn("task {} could not be stopped in good order", id, failure);
                  }
                  next.run();
                }));
  }

  private static @Nullable Exit now(CompletionStage<Exit> stage) {
    return stage.toCompletableFuture().isCompletedExceptionally()
        ? null
        : stage.toCompletableFuture().getNow(null);
  }

  private Duration grace() {
    return assignment == null
        ? io.swarm4j.model.ContainerSpec.DEFAULT_STOP_GRACE
        : assignment.service().task().container().effectiveStopGrace();
  }

  private void fail(Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    String text = Objects.requireNonNullElse(cause.getMessage(), cause.toString());
    Reason reason =
        cause instanceof TaskFailure typed ? typed.reason() : new Reason.StartFailed(text);
    boolean before = status.state().isBefore(TaskState.STARTING);
    become(
        before ? TaskState.REJECTED : TaskState.FAILED,
        before ? "preparing" : "starting",
        text,
        reason);
  }

  private void become(TaskState state, String message) {
    become(state, message, "", Reason.InProgress.of(state));
  }

  private void become(TaskState state, String message, String err, @Nullable Reason reason) {
    if (!gone && state.isAfter(status.state())) {
      status =
          new TaskStatus(
              state, loop.now(), message, err, reason, status.container(), status.health());
      agent.changed(this);
    }
  }

  /** Goes on, on the loop, with what a stage brings; at once if it is there already. */
  private <T> void then(CompletionStage<T> stage, Consumer<? super T> next) {
    stage.whenComplete(
        (value, failure) -> {
          Runnable step =
              () -> {
                if (gone) {
                  return;
                }
                if (failure == null) {
                  next.accept(value);
                } else if (!status.state().isTerminal() && !stopping) {
                  fail(failure);
                }
              };
          if (loop.isCurrent()) {
            step.run();
          } else {
            loop.execute(step);
          }
        });
  }

  private void endHealth() {
    if (health != null) {
      health.close();
      health = null;
    }
  }

  /** Removes the container with all its traces; nothing is reported any more. */
  void remove() {
    abandon();
    if (container != null) {
      container
          .remove()
          .whenComplete(
              (done, failure) -> {
                if (failure != null) {
                  LOG.warn("task {} left something behind", id, failure);
                }
              });
    }
  }

  /** Lets go without touching the container. */
  void abandon() {
    gone = true;
    endHealth();
  }
}
