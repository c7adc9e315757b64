package io.swarm4j.network.lb;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Which client was served by which backend last; bounded, the oldest go first. Thread-safe. */
final class Stickiness {
  private static final int MOST = 65_536;

  private final Map<Long, Seen> seen = new LinkedHashMap<>(16, 0.75f, true);

  private record Seen(String backend, long until) {}

  /** The id of the backend; null if there is none, or it is too long ago. */
  synchronized @Nullable String last(long client, long now) {
    Seen last = seen.get(client);
    return last == null || last.until - now < 0 ? null : last.backend;
  }

  synchronized void remember(long client, String backend, long until) {
    seen.put(client, new Seen(backend, until));
    if (seen.size() > MOST) {
      seen.remove(seen.keySet().iterator().next());
    }
  }
}
