package io.swarm4j.agent.protocol;

import io.swarm4j.agent.ExecSpec;
import io.swarm4j.agent.LogOptions;
import io.swarm4j.model.TaskId;
import java.time.Duration;

/** What a manager asks of one task of a node; each opens a stream. */
public sealed interface TaskRequest {

  /** The task. */
  TaskId task();

  /** Its output, as {@link FromTask.Lines}. */
  record ReadLogs(TaskId task, LogOptions options) implements TaskRequest {}

  /** A command beside it; outputs come as {@link FromTask.Output}. */
  record Exec(TaskId task, ExecSpec spec) implements TaskRequest {}

  /**
   * A connection to its own input and outputs; outputs come as {@link FromTask.Output}.
   *
   * @param stdin whether input will be sent
   */
  record Attach(TaskId task, boolean stdin) implements TaskRequest {}

  /** Its end, as if it had failed by itself; the stream ends once it has. */
  record Stop(TaskId task, Duration grace) implements TaskRequest {}

  /**
   * A signal to what runs it; the stream ends once that is sent.
   *
   * @param name such as {@code HUP}
   */
  record Signal(TaskId task, String name) implements TaskRequest {}
}
