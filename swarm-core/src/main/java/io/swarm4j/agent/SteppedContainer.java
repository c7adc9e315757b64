package io.swarm4j.agent;

import io.swarm4j.model.Reason;
import io.swarm4j.model.TaskId;
import io.swarm4j.model.TaskStatus.ContainerStatus;
import io.swarm4j.time.Loop;
import io.swarm4j.time.Timer;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The order of steps that every container keeps, whatever it runs: each step happens once, a stop
 * may overtake any of them, and nothing starts after it.
 *
 * <p>All state lives on one loop, on which the abstract methods are called and the stages complete;
 * these methods must not block.
 */
public abstract class SteppedContainer implements Container {
  private static final Logger LOG = LoggerFactory.getLogger(SteppedContainer.class);

  private final TaskId task;
  private final String name;
  private final Loop loop;
  private final CompletableFuture<Void> prepared = new CompletableFuture<>();
  private final CompletableFuture<ContainerStatus> started = new CompletableFuture<>();
  private final CompletableFuture<Exit> ended = new CompletableFuture<>();
  private final CompletableFuture<Void> stopped = new CompletableFuture<>();
  private final CompletableFuture<Void> removed = new CompletableFuture<>();
  private final CompletionStage<Exit> endedView = ended.minimalCompletionStage();
  private CompletableFuture<Void> preparation = CompletableFuture.completedFuture(null);
  private boolean prepareAsked;
  private boolean startAsked;
  private boolean launched;
  private boolean removeAsked;
  private boolean forced;
  private @Nullable Instant endBy;
  private Timer force = Timer.NONE;
  private volatile boolean running;

  /**
   * Of a task that has not been prepared; all steps are taken on {@code loop}.
   *
   * @param name of the task, for the log
   */
  protected SteppedContainer(TaskId task, String name, Loop loop) {
    this.task = task;
    this.name = name;
    this.loop = loop;
  }

  /** Goes on from where an earlier life was: it has started. Before anybody else knows of this. */
  protected final void resume(ContainerStatus status) {
    prepareAsked = true;
    startAsked = true;
    launched = true;
    running = true;
    prepared.complete(null);
    started.complete(status);
  }

  /** Sets up what the start needs; called once. */
  protected abstract CompletionStage<Void> doPrepare();

  /** A preparation that goes on is not wanted any more; it may be cut short. */
  protected void abandonPreparation() {}

  /** Starts; called once, after a successful preparation and never after a stop. */
  protected abstract CompletionStage<ContainerStatus> doStart();

  /** Asks what runs to end; called once. */
  protected abstract void askToEnd();

  /** Ends what runs by force; called once. {@link #hasEnded} must follow soon. */
  protected abstract void forceToEnd();

  /** Removes all traces; called once, with nothing running. */
  protected abstract CompletionStage<Void> doRemove();

  /** To be called, from any thread, when what was started has ended and its output is complete. */
  protected final void hasEnded(Exit exit) {
    started.whenComplete(
        (status, failure) -> loop.execute(() -> finish(failure == null ? exit : null, failure)));
  }

  /** The loop on which all steps are taken. */
  protected final Loop loop() {
    return loop;
  }

  /** Whether it has started and not ended. */
  protected final boolean isRunning() {
    return running;
  }

  @Override
  public final TaskId task() {
    return task;
  }

  @Override
  public final CompletionStage<Void> prepare() {
    loop.execute(this::beginPrepare);
    return prepared.minimalCompletionStage();
  }

  @Override
  public final CompletionStage<ContainerStatus> start() {
    loop.execute(this::beginStart);
    return started.minimalCompletionStage();
  }

  @Override
  public final CompletionStage<Exit> exit() {
    return endedView;
  }

  @Override
  public final CompletionStage<Void> stop(Duration grace) {
    loop.execute(() -> beginStop(grace));
    return stopped.minimalCompletionStage();
  }

  @Override
  public final CompletionStage<Void> remove() {
    loop.execute(this::beginRemove);
    return removed.minimalCompletionStage();
  }

  private void beginPrepare() {
    if (prepareAsked || stopWanted()) {
      return;
    }
    prepareAsked = true;
    preparation = safely(this::doPrepare);
    preparation.whenComplete(
        (done, failure) ->
            loop.execute(
                () -> {
                  if (failure == null) {
                    prepared.complete(null);
                  } else {
                    neverStarts(cause(failure));
                  }
                }));
  }

  private void beginStart() {
    if (startAsked) {
      return;
    }
    startAsked = true;
    beginPrepare();
    prepared.whenComplete((done, failure) -> loop.execute(this::launch));
  }

  private void launch() {
    if (started.isDone()) {
      return;
    }
    launched = true;
    safely(this::doStart)
        .whenComplete(
            (status, failure) ->
                loop.execute(
                    () -> {
                      if (failure != null) {
                        neverStarts(cause(failure));
                        return;
                      }
                      running = true;
                      started.complete(status);
                      if (stopWanted()) {
                        end();
                      }
                    }));
  }

  private void beginStop(Duration grace) {
    Instant deadline = loop.now().plus(grace);
    if (stopped.isDone() || (endBy != null && !deadline.isBefore(endBy))) {
      return;
    }
    boolean first = endBy == null;
    endBy = deadline;
    if (ended.isDone()) {
      stopped.complete(null);
    } else if (!launched) {
      neverStarts(
          new TaskFailure(new Reason.Stopped("stopped before it started"), "stopped before start"));
      if (!preparation.isDone()) {
        runSafely(this::abandonPreparation);
      }
    } else if (running) {
      if (first) {
        end();
      } else {
        armForce();
      }
    }
  }

  private void end() {
    if (endBy != null && endBy.isAfter(loop.now())) {
      runSafely(this::askToEnd);
      armForce();
    } else {
      force();
    }
  }

  private void armForce() {
    force.cancel();
    if (endBy != null && !ended.isDone()) {
      force = loop.schedule(Duration.between(loop.now(), endBy), this::force);
    }
  }

  private void force() {
    if (!forced && !ended.isDone()) {
      forced = true;
      force.cancel();
      runSafely(this::forceToEnd);
    }
  }

  private void neverStarts(Throwable cause) {
    prepared.completeExceptionally(cause);
    started.completeExceptionally(cause);
    finish(null, cause);
  }

  private void finish(@Nullable Exit exit, @Nullable Throwable failure) {
    running = false;
    force.cancel();
    if (exit != null) {
      ended.complete(exit);
    } else if (failure != null) {
      ended.completeExceptionally(failure);
    }
    if (stopWanted()) {
      stopped.complete(null);
    }
  }

  private void beginRemove() {
    if (removeAsked) {
      return;
    }
    removeAsked = true;
    beginStop(Duration.ZERO);
    stopped.whenComplete(
        (done, failure) ->
            preparation.whenComplete((also, failed) -> loop.execute(this::finishRemove)));
  }

  private void finishRemove() {
    safely(this::doRemove)
        .whenComplete(
            (done, failure) -> {
              if (failure == null) {
                removed.complete(null);
              } else {
                removed.completeExceptionally(cause(failure));
              }
            });
  }

  private boolean stopWanted() {
    return endBy != null;
  }

  private void runSafely(Runnable step) {
    try {
      step.run();
    } catch (RuntimeException fault) {
      LOG.warn("task={} could not be ended in an orderly way", name, fault);
    }
  }

  private <T> CompletableFuture<T> safely(Supplier<CompletionStage<T>> step) {
    try {
      return step.get().toCompletableFuture();
    } catch (RuntimeException fault) {
      return CompletableFuture.failedFuture(fault);
    }
  }

  private TaskFailure cause(Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    if (cause instanceof TaskFailure known) {
      return known;
    }
    String text = cause.getMessage() == null ? cause.toString() : cause.getMessage();
    return new TaskFailure(new Reason.StartFailed(text), text, cause);
  }
}
