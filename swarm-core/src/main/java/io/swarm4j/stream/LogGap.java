package io.swarm4j.stream;

import io.swarm4j.model.NodeId;
import io.swarm4j.model.TaskId;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Output that belongs to a result and is not in it.
 *
 * @param task whose output is missing
 * @param name name of that task, such as {@code web.4}
 * @param node where it is; null if it has no node
 * @param hostname host name of that node, empty if it has none
 * @param cause why
 * @param text the same in words
 */
public record LogGap(
    TaskId task, String name, @Nullable NodeId node, String hostname, Cause cause, String text) {

  /** Why output is missing. */
  public enum Cause {
    /** The node is out of reach, or was lost meanwhile. */
    NODE_UNREACHABLE,
    /** No node has been found for the task. */
    NOT_SCHEDULED,
    /** The node has not taken the task up, or has removed it with its output. */
    NOTHING_THERE,
    /** The runtime or its log driver gives no output. */
    REFUSED
  }

  /** Summary in the words of the reference; empty if nothing is missing. */
  public static String warning(List<LogGap> gaps) {
    if (gaps.isEmpty()) {
      return "";
    }
    Set<String> reasons = new LinkedHashSet<>();
    for (LogGap gap : gaps) {
      reasons.add(
          switch (gap.cause) {
            case NODE_UNREACHABLE -> "node " + gap.node + " is not available";
            case NOT_SCHEDULED -> "task " + gap.task + " has not been scheduled";
            case NOTHING_THERE, REFUSED -> "task " + gap.task + ": " + gap.text;
          });
    }
    return "warning: incomplete log stream. some logs could not be retrieved for the following"
        + " reasons: "
        + String.join(", ", reasons);
  }
}
