package io.swarm4j.agent.protocol;

import io.swarm4j.model.TaskId;
import java.time.Duration;
import java.util.List;

/** What a manager says to a node. */
public sealed interface ToNode {

  /**
   * The session is open; the complete set of assignments follows.
   *
   * @param session identity of the session, named in all that follows
   * @param heartbeat time until the first heartbeat is due
   * @param term the leader's term in the log; a node that has heard of a later one does not listen
   */
  record Registered(long session, Duration heartbeat, long term) implements ToNode {}

  /** The session is not, or no longer, valid; the node shall register anew after a while. */
  record Refused(String why) implements ToNode {}

  /**
   * A heartbeat was heard.
   *
   * @param next time until the next one is due
   * @param assignments how many {@link Assignments} the manager has sent in this session before; a
   *     node that has got fewer has missed something and must register anew
   */
  record HeartbeatHeard(long session, Duration next, long assignments) implements ToNode {}

  /** A report is committed and need not be repeated. */
  record ReportHeard(long session, long sequence) implements ToNode {}

  /**
   * What the node shall do.
   *
   * @param sequence numbers the messages of a session from 0; one that does not follow on the last
   *     means that the node has missed something and must register anew
   * @param complete whether this is the whole set, so that all else is to be removed
   * @param updates tasks that are new or shall come to another state
   * @param removals tasks to be removed with all their traces
   */
  record Assignments(
      long session,
      long sequence,
      boolean complete,
      List<Assignment> updates,
      List<TaskId> removals)
      implements ToNode {}

  /**
   * Something about a stream to one of the node's tasks.
   *
   * @param stream number of the stream in this session; {@link ToTask.Open} begins it
   */
  record StreamPart(long session, long stream, ToTask part) implements ToNode {}
}
