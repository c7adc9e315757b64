package io.swarm4j.model;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A field in which two specs differ.
 *
 * @param path the field, as in {@link Fault#path}: {@code task.container.image}, {@code
 *     task.container.env.MODE} or {@code endpoint.ports[1]}
 * @param before its value in the first spec, as text; null if it has none
 * @param after its value in the second
 */
public record FieldChange(String path, @Nullable String before, @Nullable String after) {

  /**
   * All fields in which two specs of one type differ, in the order in which they are declared.
   *
   * <p>Records and maps are compared by their parts, lists element by element; whatever else
   * differs is one change.
   */
  public static <T extends Record> List<FieldChange> between(T before, T after) {
    List<FieldChange> changes = new ArrayList<>();
    compare("", before, after, changes);
    return List.copyOf(changes);
  }

  private static void compare(
      String path, @Nullable Object before, @Nullable Object after, List<FieldChange> changes) {
    if (Objects.equals(before, after)) {
      return;
    }
    if (before instanceof Record one && after instanceof Record other && areAlike(one, other)) {
      for (RecordComponent component : one.getClass().getRecordComponents()) {
        compare(
            below(path, component.getName()), get(one, component), get(other, component), changes);
      }
    } else if (before instanceof Map<?, ?> one && after instanceof Map<?, ?> other) {
      Set<Object> keys = new LinkedHashSet<>(one.keySet());
      keys.addAll(other.keySet());
      keys.forEach(key -> compare(below(path, key), one.get(key), other.get(key), changes));
    } else if (before instanceof List<?> one && after instanceof List<?> other) {
      for (int i = 0; i < Math.max(one.size(), other.size()); i++) {
        compare(path + "[" + i + "]", at(one, i), at(other, i), changes);
      }
    } else {
      changes.add(new FieldChange(path, text(before), text(after)));
    }
  }

  /** Variants of a sealed type are values as a whole, and so are records of a single field. */
  private static boolean areAlike(Record one, Record other) {
    return one.getClass() == other.getClass() && one.getClass().getRecordComponents().length > 1;
  }

  private static @Nullable Object get(Record from, RecordComponent component) {
    try {
      return component.getAccessor().invoke(from);
    } catch (IllegalAccessException | InvocationTargetException hidden) {
      throw new IllegalStateException(component + " cannot be read", hidden);
    }
  }

  private static @Nullable Object at(List<?> list, int index) {
    return index < list.size() ? list.get(index) : null;
  }

  private static String below(String path, Object part) {
    return path.isEmpty() ? part.toString() : path + "." + part;
  }

  private static @Nullable String text(@Nullable Object value) {
    Object plain = value instanceof Optional<?> optional ? optional.orElse(null) : value;
    return plain == null ? null : plain.toString();
  }

  @Override
  public String toString() {
    return path + ": " + before + " -> " + after;
  }
}
