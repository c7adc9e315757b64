package io.swarm4j.agent.protocol;

import io.swarm4j.model.NodeId;
import java.util.function.Consumer;

/** Opens streams to tasks, wherever their nodes are. Thread-safe. */
public interface NodeStreams {

  /**
   * Asks something of a task. Does not block and does not throw: whatever goes wrong comes as
   * {@link FromTask.End}.
   *
   * @param node where the task is
   * @param credit how much output may come, see {@link ToTask}
   * @param receiver gets what the node says, one call at a time, on any thread; must not block
   */
  Stream open(NodeId node, TaskRequest request, long credit, Consumer<FromTask> receiver);

  /** The manager's end of a stream. Thread-safe; no method blocks. */
  interface Stream {

    /** Says something; dropped once the stream is over. */
    void send(ToTask message);
  }
}
