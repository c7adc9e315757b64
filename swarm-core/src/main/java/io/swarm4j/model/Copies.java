package io.swarm4j.model;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Immutable copies with a deterministic order; null, which builders leave for "not set", becomes
 * empty.
 */
final class Copies {
  private Copies() {}

  static <T> List<T> list(@Nullable List<T> list) {
    return list == null ? List.of() : List.copyOf(list);
  }

  /**
   * Sorted by key: {@code Map.copyOf} iterates in an order that differs from one JVM to the next.
   */
  static <V> Map<String, V> map(@Nullable Map<String, V> map) {
    return map == null || map.isEmpty()
        ? Map.of()
        : Collections.unmodifiableMap(new TreeMap<>(map));
  }

  static <T> T or(@Nullable T value, T fallback) {
    return value == null ? fallback : value;
  }
}
