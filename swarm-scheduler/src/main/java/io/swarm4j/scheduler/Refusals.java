package io.swarm4j.scheduler;

import io.swarm4j.model.Reason;
import io.swarm4j.model.Reason.FilterVerdict;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/** How many nodes each filter was the first to refuse. */
final class Refusals {
  private static final String NO_NODE = "no suitable node";

  private final Checks checks;
  private final int[] counts;

  Refusals(Checks checks) {
    this.checks = checks;
    this.counts = new int[checks.count()];
  }

  /** Counts a node in, {@code by} 1, or out, {@code by} -1, unless it passed or does not exist. */
  void count(int check, int by) {
    if (check >= 0) {
      counts[check] += by;
    }
  }

  /** As data, most first; filters with equal numbers in the order in which they are asked. */
  Reason.NoSuitableNode reason() {
    List<FilterVerdict> verdicts = new ArrayList<>();
    for (int check = 0; check < counts.length; check++) {
      if (counts[check] > 0) {
        verdicts.add(
            new FilterVerdict(
                checks.name(check), counts[check], checks.explain(check, counts[check])));
      }
    }
    verdicts.sort(Comparator.comparingInt(FilterVerdict::nodes).reversed());
    return new Reason.NoSuitableNode(verdicts);
  }

  /** The reference's text for tasks that any node would do for. */
  static String text(Reason.NoSuitableNode reason) {
    return reason.verdicts().isEmpty() ? NO_NODE : NO_NODE + " (" + bareText(reason) + ")";
  }

  /** The reference's text for tasks that are bound to a node. */
  static String bareText(Reason.NoSuitableNode reason) {
    return reason.verdicts().stream().map(FilterVerdict::text).collect(Collectors.joining("; "));
  }
}
