package io.swarm4j.model;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a task has left on a node that could not be removed yet; the node goes on trying, ever less
 * often.
 *
 * @param task whose it was; null if that cannot be told
 * @param name of what is left, such as that of a container
 * @param detail why the last attempt failed, in the words of whoever refused it
 * @param attempts how many failed so far, 1 or more
 * @param since when the first one failed
 */
public record StuckRemoval(
    @Nullable TaskId task, String name, String detail, int attempts, Instant since) {

  /** All of them in one line; empty if there are none. */
  static String summary(List<StuckRemoval> all) {
    if (all.isEmpty()) {
      return "";
    }
    StuckRemoval first = all.get(0);
    String others = all.size() == 1 ? "" : " and " + (all.size() - 1) + " more";
    return "cannot remove "
        + first.name
        + others
        + ", tried "
        + first.attempts
        + (first.attempts == 1 ? " time" : " times")
        + " since "
        + first.since
        + ": "
        + first.detail;
  }
}
