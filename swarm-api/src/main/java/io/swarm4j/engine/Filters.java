package io.swarm4j.engine;

import io.swarm4j.engine.json.FilterJson;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/** The {@code filters} of a list request: all keys must match, each by any of its values. */
final class Filters {
  private final Map<String, Set<String>> values;

  private Filters(Map<String, Set<String>> values) {
    this.values = values;
  }

  /** Reads filters in either form of the API; a key that is not known is refused. */
  static Filters parse(String text, String... known) {
    Map<String, Set<String>> values = FilterJson.read(text);
    for (String key : values.keySet()) {
      if (!List.of(known).contains(key)) {
        throw new ApiException(400, "invalid filter '" + key + "'");
      }
    }
    return new Filters(values);
  }

  Set<String> get(String key) {
    return values.getOrDefault(key, Set.of());
  }

  boolean has(String key) {
    return values.containsKey(key);
  }

  /** Whether there is no such filter, or one of its values satisfies {@code test}. */
  boolean any(String key, Predicate<String> test) {
    Set<String> wanted = values.get(key);
    return wanted == null || wanted.isEmpty() || wanted.stream().anyMatch(test);
  }

  /** Whether one of the values of a key is the given one. */
  boolean is(String key, String value) {
    return any(key, value::equals);
  }

  boolean prefix(String key, String value) {
    return any(key, wanted -> value.startsWith(wanted));
  }

  /** Whether all wanted labels, {@code key} or {@code key=value}, are in one of the maps. */
  @SafeVarargs
  final boolean labels(String key, Map<String, String>... labels) {
    Collection<String> wanted = get(key);
    return wanted.stream()
        .allMatch(each -> java.util.Arrays.stream(labels).anyMatch(map -> hasLabel(map, each)));
  }

  private static boolean hasLabel(Map<String, String> labels, String wanted) {
    int equals = wanted.indexOf('=');
    return equals < 0
        ? labels.containsKey(wanted)
        : wanted.substring(equals + 1).equals(labels.get(wanted.substring(0, equals)));
  }

  /** A filter that is true or false; {@code fallback} if absent. */
  boolean truth(String key, boolean fallback) {
    Set<String> given = get(key);
    if (given.isEmpty()) {
      return fallback;
    }
    if (given.stream().allMatch(value -> value.equals("true") || value.equals("1"))) {
      return true;
    }
    if (given.stream().allMatch(value -> value.equals("false") || value.equals("0"))) {
      return false;
    }
    throw new ApiException(400, "invalid filter '" + key + "=" + given + "'");
  }
}
