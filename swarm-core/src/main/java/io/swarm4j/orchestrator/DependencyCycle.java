package io.swarm4j.orchestrator;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Finds services that wait for each other. */
public final class DependencyCycle {
  private DependencyCycle() {}

  /**
   * The first cycle that can be reached, its first service repeated at the end; empty if there is
   * none. Goes without recursion because a file may hold a very long chain.
   *
   * @param start where to look first
   * @param waits whom each service waits for, by name
   * @param done services that lead to no cycle that has not been reported; is added to
   */
  public static List<String> from(String start, Map<String, List<String>> waits, Set<String> done) {
    if (done.contains(start)) {
      return List.of();
    }
    List<String> path = new ArrayList<>(List.of(start));
    Set<String> onPath = new HashSet<>(path);
    Deque<Iterator<String>> open = new ArrayDeque<>();
    open.push(waits.getOrDefault(start, List.of()).iterator());
    List<String> cycle = List.of();
    while (!open.isEmpty()) {
      if (!open.peek().hasNext()) {
        open.pop();
        String left = path.remove(path.size() - 1);
        onPath.remove(left);
        done.add(left);
        continue;
      }
      String next = open.peek().next();
      if (onPath.contains(next)) {
        if (cycle.isEmpty()) {
          cycle = new ArrayList<>(path.subList(path.indexOf(next), path.size()));
          cycle.add(next);
        }
      } else if (!done.contains(next)) {
        path.add(next);
        onPath.add(next);
        open.push(waits.getOrDefault(next, List.of()).iterator());
      }
    }
    return cycle;
  }
}
