package io.swarm4j.agent;

import io.swarm4j.agent.TaskContext.TaskFile;
import io.swarm4j.model.HealthCheck;
import io.swarm4j.model.HealthCheck.Probe;
import io.swarm4j.model.Reason;
import io.swarm4j.model.TaskId;
import io.swarm4j.model.TaskStatus.ContainerStatus;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * What runs one task, in whichever way: a container, a process, a piece of Java code.
 *
 * <p>The agent calls {@link #prepare}, {@link #start}, then waits for {@link #exit}; {@link #stop}
 * and {@link #remove} may come at any time, also while an earlier call goes on. Thread-safe; no
 * method blocks. Stages fail with {@link TaskFailure}.
 */
public interface Container {

  /** The task that it runs. */
  TaskId task();

  /** Fetches and sets up all that is needed to start at once. */
  CompletionStage<Void> prepare();

  /** Starts; completes once it has started. */
  CompletionStage<ContainerStatus> start();

  /**
   * Completes when what was started has ended, by itself or not; the same stage for every call.
   * Fails with {@link TaskFailure} once it is certain that nothing will ever start.
   */
  CompletionStage<Exit> exit();

  /**
   * Asks it to end, and ends it by force after {@code grace}; completes once it has ended. Also
   * right before or without {@link #start}, which then never happens. Idempotent; a shorter grace
   * replaces a longer one.
   */
  CompletionStage<Void> stop(Duration grace);

  /**
   * Removes all traces but those that {@code stop} already removed; implies a stop without grace.
   * Idempotent.
   */
  CompletionStage<Void> remove();

  /** The health check that the image brings along, if the spec has none; known once prepared. */
  default Optional<HealthCheck> imageHealth() {
    return Optional.empty();
  }

  /**
   * Hears, on any thread and not too often, how the preparation comes along, such as how much of
   * the image is there. To be set before {@link #prepare}.
   */
  default void onProgress(Consumer<Reason> listener) {}

  /**
   * Follows a check that what runs the task does by itself, as a container engine does with
   * commands.
   *
   * @param listener called on any thread with what was found before and from now on
   * @return ends it; empty if such a check is left to {@link #probe}
   */
  default Optional<AutoCloseable> followHealth(HealthCheck check, HealthListener listener) {
    return Optional.empty();
  }

  /** Hears what health checks find. */
  interface HealthListener {
    /** A check has succeeded. */
    void healthy();

    /** So many checks have failed in a row that the task counts as unhealthy. */
    void unhealthy(Reason.Unhealthy reason);
  }

  /**
   * Does what a health probe wants, once; a probe that takes longer than {@code timeout} has
   * failed, and so has one of a task that does not run.
   */
  CompletionStage<ProbeResult> probe(Probe probe, Duration timeout);

  /**
   * Reads the output.
   *
   * @param options from where, and whether to wait for more
   * @param sink gets the lines in order, one call at a time, on any thread
   * @return closes the reading
   */
  AutoCloseable logs(LogOptions options, LogSink sink);

  /**
   * Runs a command beside the task; its exit code is 127 if there is no such command. Its exit
   * fails with {@link TaskFailure} if the task does not run, or if what is asked for, such as a
   * terminal, is not to be had here.
   */
  Interaction exec(ExecSpec spec, ExecStreams streams);

  /** Runs a command without terminal; completes with its exit code. */
  default CompletionStage<Integer> exec(List<String> command, ExecStreams streams) {
    return exec(ExecSpec.of(command), streams).exit();
  }

  /**
   * Connects to the task's own input, if the spec keeps that open, and outputs from now on. Closing
   * it lets the task run on.
   */
  default Interaction attach(ExecStreams streams) {
    return new OutputAttachment(this, streams);
  }

  /**
   * Replaces the content of some of its files while it runs, each of them as a whole; completes
   * once the task can see it.
   *
   * @param files known by kind and target
   */
  default CompletionStage<Void> replaceFiles(List<TaskFile> files) {
    return unsupported("replaces no files of running tasks");
  }

  /** Sends a signal such as {@code HUP} to what runs. */
  default CompletionStage<Void> signal(String name) {
    return unsupported("sends no signals");
  }

  private static CompletionStage<Void> unsupported(String what) {
    String text = "this runtime " + what;
    return CompletableFuture.failedFuture(new TaskFailure(new Reason.StartFailed(text), text));
  }

  /** What it uses now. */
  CompletionStage<Usage> usage();

  /**
   * How it ended.
   *
   * @param code exit code; 0 is success; 128 + n after signal n
   * @param outOfMemory whether it was ended because it used too much memory
   * @param message error text, empty if there is none
   * @param reason why, as data; {@link Reason.Exited} if only the code tells
   */
  record Exit(int code, boolean outOfMemory, String message, Reason reason) {

    /** An end of which the code tells all that is known for sure. */
    public Exit(int code, boolean outOfMemory, String message) {
      this(code, outOfMemory, message, new Reason.Exited(code));
    }
  }

  /** Outcome of a probe. */
  record ProbeResult(boolean healthy, int exitCode, String output) {}

  /**
   * What a task uses.
   *
   * @param cpuNanos CPU time used so far, in nanoseconds
   * @param memoryBytes memory in use
   * @param processes processes or threads
   */
  record Usage(long cpuNanos, long memoryBytes, long processes) {}
}
