package io.swarm4j;

import io.swarm4j.model.TaskId;
import java.util.List;

/**
 * How far a new version of a secret or config has come.
 *
 * @param name its name
 * @param version ordinal of the new version
 * @param uses the tasks that use it, by service and slot
 */
public record Rotation(String name, int version, List<Use> uses) {
  public Rotation {
    uses = List.copyOf(uses);
  }

  /** Whether every task that uses it runs with the new version. */
  public boolean isComplete() {
    return uses.stream().allMatch(Use::confirmed);
  }

  /** Those that have not confirmed. */
  public List<Use> unconfirmed() {
    return uses.stream().filter(use -> !use.confirmed()).toList();
  }

  /**
   * A task that uses it.
   *
   * @param task its identity
   * @param taskName its name, such as {@code web.4}
   * @param hostname where it runs; empty if it has no node
   * @param means how it gets the new version
   * @param confirmed whether its node has said that it has it
   */
  public record Use(
      TaskId task, String taskName, String hostname, Means means, boolean confirmed) {}

  /** Ways in which tasks get a new version. */
  public enum Means {
    /** A new task with the new version takes the slot. */
    RESTARTED,
    /** The file is replaced and the task is signalled. */
    SIGNALLED,
    /** The file is replaced. */
    REPLACED
  }
}
