package io.swarm4j.compose;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Where in the file the components of a spec come from, so that a fault that the model finds is
 * reported at the line that its author wrote.
 */
final class Origins {
  private final Value whole;
  private final Map<String, Value> components = new HashMap<>();
  private final Map<String, List<Value>> elements = new HashMap<>();

  private Origins(Value whole) {
    this.whole = whole;
  }

  /** Everything comes from {@code whole} unless said otherwise. */
  static Origins at(Value whole) {
    return new Origins(whole);
  }

  /** Whether that is the place of what has no place of its own. */
  boolean isWhole(Value place) {
    return place == whole;
  }

  /** A component that one value of the file describes. */
  Origins put(String component, Value origin) {
    components.put(component, origin);
    return this;
  }

  /** A component whose elements come from several values of the file. */
  Origins putAll(String component, List<Value> origins) {
    elements.put(component, List.copyOf(origins));
    return this;
  }

  /** The place for a fault path such as {@code ContainerSpec.mounts[1]}. */
  Value of(String faultPath) {
    String rest = faultPath.substring(faultPath.indexOf('.') + 1);
    while (true) {
      int bracket = rest.endsWith("]") ? rest.lastIndexOf('[') : rest.length();
      String component = rest.substring(0, bracket);
      List<Value> known = elements.getOrDefault(component, List.of());
      if (bracket < rest.length()) {
        int index = Integer.parseInt(rest.substring(bracket + 1, rest.length() - 1));
        if (index < known.size()) {
          return known.get(index);
        }
      }
      Value origin = components.get(component);
      if (origin != null) {
        return origin;
      }
      int dot = rest.lastIndexOf('.');
      if (dot < 0) {
        return whole;
      }
      rest = rest.substring(0, dot);
    }
  }
}
