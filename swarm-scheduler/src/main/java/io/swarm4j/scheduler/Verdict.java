package io.swarm4j.scheduler;

import io.swarm4j.model.Node;
import java.util.List;

/** What would become of a task on one node. */
public sealed interface Verdict {

  /** The node. */
  Node node();

  /**
   * The node passes all filters; nodes are preferred in the order of the components.
   *
   * @param recentFailures failures of the same service and version there within five minutes
   * @param score sum of the weighted scorers, 0 without any
   * @param tasksOfService tasks of the service there that are wanted
   * @param tasks tasks there that are wanted, of all services
   */
  record Suits(Node node, int recentFailures, double score, int tasksOfService, int tasks)
      implements Verdict {}

  /**
   * The node is refused.
   *
   * @param refusals all filters that refuse it, in the order in which they are asked; the first one
   *     counts in summaries
   */
  record Refused(Node node, List<Refusal> refusals) implements Verdict {
    public Refused {
      refusals = List.copyOf(refusals);
    }
  }

  /**
   * A filter's refusal.
   *
   * @param filter name of the filter
   * @param text why, for users
   */
  record Refusal(String filter, String text) {}
}
