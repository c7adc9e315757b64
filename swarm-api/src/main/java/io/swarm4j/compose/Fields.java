package io.swarm4j.compose;

import io.swarm4j.model.Fault.Code;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A section with fixed keys. Keys that its vocabulary does not have are reported when it is opened;
 * those that begin with {@code x-} are left alone.
 */
final class Fields {
  private final Value section;
  private final Vocabulary vocabulary;
  private final Map<String, Value> values = new LinkedHashMap<>();

  private Fields(Value section, Vocabulary vocabulary) {
    this.section = section;
    this.vocabulary = vocabulary;
  }

  /** Opens a section; one that is no mapping is reported and read as empty. */
  static Fields of(Value section, Vocabulary vocabulary) {
    Fields fields = new Fields(section, vocabulary);
    if (section.node() instanceof Yaml.Mapping mapping) {
      mapping.entries().forEach(fields::add);
    } else {
      section.mapping(); // reports what stands there instead
    }
    return fields;
  }

  /** Opens a section that may be left empty, such as a network without settings. */
  static Fields optional(Value section, Vocabulary vocabulary) {
    return section.isNull() ? empty(section, vocabulary) : of(section, vocabulary);
  }

  /** A section without keys. */
  static Fields empty(Value section, Vocabulary vocabulary) {
    return new Fields(section, vocabulary);
  }

  /** The section under a key; empty if it is absent. */
  Fields child(String key, Vocabulary keys) {
    Value value = get(key);
    return value == null ? empty(at(key), keys) : of(value, keys);
  }

  private void add(String key, Yaml.Entry entry) {
    if (vocabulary.knows(key)) {
      values.put(key, section.child(key, entry));
    } else if (!key.startsWith("x-")) {
      String remedy = vocabulary.refused().get(key);
      section
          .reading()
          .unsupported(
              entry.mark(),
              remedy == null ? Code.INVALID : Code.UNSUPPORTED,
              section.under(key),
              key,
              remedy == null ? "unknown key" + meant(key) : remedy);
    }
  }

  private String meant(String key) {
    return vocabulary
        .nearest(key)
        .map(near -> "; did you mean " + near + "?")
        .orElse("; remove it, or begin it with x- to have it ignored");
  }

  /** The section itself. */
  Value section() {
    return section;
  }

  /** Whether the key is there. */
  boolean has(String key) {
    return values.containsKey(key);
  }

  /** The values under all keys but the given ones. */
  List<Value> others(String... keys) {
    return values.entrySet().stream()
        .filter(entry -> !List.of(keys).contains(entry.getKey()))
        .map(Map.Entry::getValue)
        .toList();
  }

  /** What stands under a key, or null; a key without a value is a fault. */
  @Nullable Value get(String key) {
    if (!vocabulary.knows(key)) {
      throw new IllegalStateException("not in the vocabulary: " + key);
    }
    Value value = values.get(key);
    if (value != null && value.isNull()) {
      value.fault(Code.MISSING, "", "has no value; write one or remove the key");
      return null;
    }
    return value;
  }

  /** Where a key stands, or would stand. */
  Value at(String key) {
    Value value = values.get(key);
    return value != null
        ? value
        : new Value(section.reading(), section.node(), section.mark(), section.under(key));
  }

  /** Converts what stands under a key; null if it is absent or was refused. */
  <T> @Nullable T map(String key, Function<Value, @Nullable T> conversion) {
    Value value = get(key);
    return value == null ? null : conversion.apply(value);
  }

  /** Hands what stands under a key to {@code consumer} if it could be converted. */
  <T> void ifPresent(
      String key, Function<Value, @Nullable T> conversion, Consumer<? super T> consumer) {
    T converted = map(key, conversion);
    if (converted != null) {
      consumer.accept(converted);
    }
  }

  @Nullable String text(String key) {
    return map(key, Value::text);
  }

  /** A text that must be there and not be empty; a fault and null otherwise. */
  @Nullable String required(String key, String remedy) {
    if (!has(key)) {
      section.fault(Code.MISSING, "", "'" + key + "' is missing; " + remedy);
      return null;
    }
    return text(key);
  }

  boolean bool(String key) {
    return Boolean.TRUE.equals(map(key, Value::bool));
  }

  @Nullable Duration duration(String key) {
    return map(key, Value::duration);
  }

  List<Value> list(String key) {
    Value value = get(key);
    return value == null ? List.of() : value.list();
  }

  List<String> texts(String key) {
    Value value = get(key);
    return value == null ? List.of() : value.texts();
  }

  List<String> textsOrOne(String key) {
    Value value = get(key);
    return value == null ? List.of() : value.textsOrOne();
  }

  Map<String, String> textMap(String key) {
    Value value = get(key);
    return value == null ? Map.of() : value.textMap();
  }

  /** Values under the keys of a mapping with free keys. */
  Map<String, Value> mapping(String key) {
    Value value = get(key);
    return value == null ? Map.of() : value.mapping();
  }
}
