package io.swarm4j;

import io.swarm4j.agent.ExecSpec;
import io.swarm4j.agent.ExecStreams;
import io.swarm4j.agent.Interaction;
import io.swarm4j.model.Task;
import io.swarm4j.scheduler.Explanation;
import io.swarm4j.stream.LogQuery;
import io.swarm4j.stream.LogReceiver;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** The tasks of a swarm, named by id or unique id prefix. Thread-safe. */
public interface Tasks {

  /** One task. */
  Task get(String task);

  /** All tasks; there may be very many. */
  List<Task> list();

  /**
   * Why a task is, or is not, where it is: the verdict of every filter on every node, computed now.
   */
  Explanation explain(String task);

  /**
   * Ends what runs a task, as if it had failed by itself; the slot is filled again under the
   * restart policy.
   */
  default CompletionStage<Void> kill(String task) {
    return stop(task, Duration.ZERO);
  }

  /**
   * Ends what runs a task by its stop signal, and by force after a grace period; the slot is filled
   * again under the restart policy.
   */
  CompletionStage<Void> stop(String task, Duration grace);

  /**
   * Sends a signal to what runs a task; code within a JVM hears those that it has asked for, and is
   * asked to end by INT, QUIT and TERM if it has not.
   *
   * @param name such as {@code HUP}
   */
  CompletionStage<Void> signal(String task, String name);

  /** Reads the output of a task; see {@link Services#logs(String, LogQuery)}. */
  Logs logs(String task, LogQuery query);

  /** Twin of {@link #logs(String, LogQuery)}. */
  AutoCloseable logs(String task, LogQuery query, LogReceiver receiver);

  /**
   * Runs a command beside a task, whichever node it is on.
   *
   * <p>The streams are read and written on threads of the swarm and are not closed at the end; a
   * read of the input that waits then is left to wait.
   *
   * @return completes once the command has ended and its output was written; its exit fails with
   *     {@link io.swarm4j.model.UnavailableException} if the node is out of reach, with {@link
   *     io.swarm4j.model.ConflictException} if the task does not run or its runtime refuses
   * @throws io.swarm4j.model.PermissionDeniedException if the access policy does not allow it
   */
  Interaction exec(String task, ExecSpec spec, ExecStreams streams);

  /** Runs a command without terminal; completes with its exit code. */
  default CompletionStage<Integer> exec(String task, List<String> command, ExecStreams streams) {
    return exec(task, ExecSpec.of(command), streams).exit();
  }

  /** Runs a command to its end and gathers its output; blocks. */
  ExecResult exec(String task, List<String> command, Duration timeout);

  /**
   * Connects to the outputs of a task from now on and, if its spec keeps that open, to its input.
   * Closing it lets the task run on.
   *
   * @param actor on whose behalf, see {@link ExecSpec#actor}
   * @param stdin whether input is passed on
   */
  Interaction attach(String task, String actor, boolean stdin, ExecStreams streams);
}
