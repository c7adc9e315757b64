package io.swarm4j;

import io.swarm4j.agent.ExecStreams;
import io.swarm4j.agent.LogOptions;
import io.swarm4j.agent.LogSink;
import io.swarm4j.model.Task;
import io.swarm4j.scheduler.Explanation;
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
  CompletionStage<Void> kill(String task);

  /** Reads the output of a task that runs on a node of this JVM. */
  AutoCloseable logs(String task, LogOptions options, LogSink sink);

  /** Runs a command beside a task that runs on a node of this JVM. */
  CompletionStage<Integer> exec(String task, List<String> command, ExecStreams streams);
}
