package io.swarm4j.node;

import io.swarm4j.store.Commit;
import java.util.HashMap;
import java.util.Map;

/**
 * Which of this manager's forwarded requests the log has shown to be carried out. A leader may die
 * between the commit and the answer; the log tells all the same. On the manager's loop only.
 */
final class CarriedOut {
  private final Map<Long, Boolean> expected = new HashMap<>();

  /** Looks out for a request from now on. */
  void expect(long request) {
    expected.put(request, false);
  }

  /** Ends the look-out; returns whether the request was carried out. */
  boolean forget(long request) {
    return Boolean.TRUE.equals(expected.remove(request));
  }

  void committed(Commit commit) {
    for (Long request : commit.requests()) {
      expected.computeIfPresent(request, (number, before) -> true);
    }
  }
}
