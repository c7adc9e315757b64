package io.swarm4j.scheduler;

import io.swarm4j.model.GenericResource;
import io.swarm4j.model.NodeId;
import io.swarm4j.model.Reason;
import io.swarm4j.model.Task;
import java.util.List;

/** What the {@link PlacementEngine} decided for one task. */
public sealed interface Decision {

  /** The task as it was handed in. */
  Task task();

  /**
   * The task goes to a node.
   *
   * @param assigned the generic resources that it gets there
   */
  record Placed(Task task, NodeId node, List<GenericResource> assigned) implements Decision {
    public Placed {
      assigned = List.copyOf(assigned);
    }
  }

  /**
   * No node takes the task.
   *
   * @param text summary for users, as in the reference
   * @param reason the summary as data
   */
  record Refused(Task task, String text, Reason.NoSuitableNode reason) implements Decision {}
}
