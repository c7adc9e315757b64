package io.swarm4j.scheduler;

import io.swarm4j.model.Reason;
import io.swarm4j.model.TaskId;
import java.util.List;

/**
 * Why a task can or can not be placed now, node by node.
 *
 * @param task the task
 * @param verdicts one for each node, in the order of node ids; for a task that is bound to a node,
 *     of that node only
 * @param summary the text that the task carries if no node suits; empty if one does
 * @param reason the summary as data, without entries if a node suits
 */
public record Explanation(
    TaskId task, List<Verdict> verdicts, String summary, Reason.NoSuitableNode reason) {
  public Explanation {
    verdicts = List.copyOf(verdicts);
  }

  /** Whether some node suits. */
  public boolean isPlaceable() {
    return verdicts.stream().anyMatch(Verdict.Suits.class::isInstance);
  }
}
