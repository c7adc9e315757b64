package io.swarm4j.scheduler;

import io.swarm4j.model.GenericResource;
import io.swarm4j.model.GenericResource.Discrete;
import io.swarm4j.model.GenericResource.Named;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The generic resources of one node: what it has, and what its tasks hold of it.
 *
 * <p>A kind is either counted or a set of named units; requests are numbers, and of named units the
 * first free ones are given out, in the order in which the node lists them.
 */
final class GenericPool {
  private final Map<String, Kind> kinds = new HashMap<>();

  private static final class Kind {
    private long count;
    private final Set<String> names = new LinkedHashSet<>();
    private long held;
    private final Map<String, Integer> heldNames = new HashMap<>();

    long free() {
      if (names.isEmpty()) {
        return count - held;
      }
      long free = 0;
      for (String name : names) {
        free += heldNames.containsKey(name) ? 0 : 1;
      }
      return free;
    }

    boolean isFree(String name) {
      return names.contains(name) && !heldNames.containsKey(name);
    }
  }

  /** Requests with each kind once: numbers of the same kind are added up. */
  static List<GenericResource> merged(List<GenericResource> wanted) {
    Map<String, Long> counts = new LinkedHashMap<>();
    List<GenericResource> merged = new ArrayList<>();
    for (GenericResource one : wanted) {
      if (one instanceof Discrete discrete) {
        counts.merge(discrete.kind(), discrete.count(), Long::sum);
      } else {
        merged.add(one);
      }
    }
    counts.forEach(
        (kind, count) -> {
          if (count > 0) {
            merged.add(new Discrete(kind, count));
          }
        });
    return List.copyOf(merged);
  }

  /** Replaces what the node has; what is held stays. */
  void advertise(List<GenericResource> resources) {
    for (Kind kind : kinds.values()) {
      kind.count = 0;
      kind.names.clear();
    }
    for (GenericResource resource : resources) {
      Kind kind = kind(resource.kind());
      if (resource instanceof Discrete discrete) {
        kind.count += discrete.count();
      } else if (resource instanceof Named named) {
        kind.names.add(named.value());
      }
    }
  }

  boolean covers(List<GenericResource> wanted) {
    for (GenericResource one : wanted) {
      Kind kind = kinds.get(one.kind());
      boolean enough =
          one instanceof Discrete discrete
              ? discrete.count() <= (kind == null ? 0 : kind.free())
              : kind != null && kind.isFree(((Named) one).value());
      if (!enough) {
        return false;
      }
    }
    return true;
  }

  /** What a task would get; only if {@link #covers} said yes. */
  List<GenericResource> choose(List<GenericResource> wanted) {
    List<GenericResource> claimed = new ArrayList<>();
    for (GenericResource one : wanted) {
      Kind kind = kind(one.kind());
      if (one instanceof Discrete discrete && !kind.names.isEmpty()) {
        long left = discrete.count();
        for (String name : kind.names) {
          if (left > 0 && kind.isFree(name)) {
            claimed.add(new Named(one.kind(), name));
            left--;
          }
        }
      } else {
        claimed.add(one);
      }
    }
    return List.copyOf(claimed);
  }

  void hold(List<GenericResource> assigned) {
    for (GenericResource one : assigned) {
      Kind kind = kind(one.kind());
      if (one instanceof Discrete discrete) {
        kind.held += discrete.count();
      } else if (one instanceof Named named) {
        kind.heldNames.merge(named.value(), 1, Integer::sum);
      }
    }
  }

  void release(List<GenericResource> assigned) {
    for (GenericResource one : assigned) {
      Kind kind = kind(one.kind());
      if (one instanceof Discrete discrete) {
        kind.held -= discrete.count();
      } else if (one instanceof Named named) {
        kind.heldNames.computeIfPresent(
            named.value(), (name, uses) -> uses == 1 ? null : Integer.valueOf(uses - 1));
      }
    }
  }

  private Kind kind(String name) {
    return kinds.computeIfAbsent(name, any -> new Kind());
  }
}
