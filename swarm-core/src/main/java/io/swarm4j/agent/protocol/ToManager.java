package io.swarm4j.agent.protocol;

import io.swarm4j.model.NodeDescription;
import io.swarm4j.model.NodeId;
import io.swarm4j.model.TaskId;
import io.swarm4j.model.TaskStatus;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a node says to a manager. */
public sealed interface ToManager {

  /**
   * Opens a session; an earlier one of the same node ends.
   *
   * @param node who asks
   * @param description what the node says of itself
   * @param address address under which its tasks and published ports are reached
   */
  record Register(NodeId node, NodeDescription description, String address) implements ToManager {}

  /**
   * The node cannot run tasks now and opens no session; the answer is a refusal.
   *
   * @param node who says so
   * @param why what keeps it, such as an engine that does not answer
   */
  record Unfit(NodeId node, String why) implements ToManager {}

  /** The node is alive. */
  record Heartbeat(long session) implements ToManager {}

  /**
   * How far tasks have come, and how the node has changed; repeated until it is heard.
   *
   * @param description what the node says of itself now; null if that is as it was
   */
  record Report(
      long session, long sequence, List<TaskReport> tasks, @Nullable NodeDescription description)
      implements ToManager {

    /** Of tasks alone. */
    public Report(long session, long sequence, List<TaskReport> tasks) {
      this(session, sequence, tasks, null);
    }
  }

  /**
   * The node ends the session in good order.
   *
   * @param why what keeps it from running tasks, such as an engine that does not answer; empty if
   *     it leaves or looks for another manager
   */
  record Goodbye(long session, String why) implements ToManager {}

  /** Something about a stream that the manager has opened; see {@link ToNode.StreamPart}. */
  record StreamPart(long session, long stream, FromTask part) implements ToManager {}

  /** How far one task has come. */
  record TaskReport(TaskId task, TaskStatus status) {}
}
