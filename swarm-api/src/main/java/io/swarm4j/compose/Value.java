package io.swarm4j.compose;

import io.swarm4j.model.Fault.Code;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A node of the file together with its key path; converts what stands there.
 *
 * <p>A conversion that fails records a fault and returns null or nothing, so that reading goes on
 * and finds the other faults.
 */
record Value(Reading reading, Yaml node, Mark mark, String path) {
  private static final String WHOLE_NUMBER = "[+-]?[0-9]{1,18}";

  Value(Reading reading, Yaml node, String path) {
    this(reading, node, node.mark(), path);
  }

  /** One pair of a mapping, or of a list of {@code NAME=value}; the text is null without value. */
  record Pair(String name, @Nullable String text, Value at) {}

  boolean isNull() {
    return node instanceof Yaml.Scalar scalar && scalar.isNull();
  }

  boolean isScalar() {
    return node instanceof Yaml.Scalar && !isNull();
  }

  boolean isMapping() {
    return node instanceof Yaml.Mapping;
  }

  /** Records that something is wrong here. */
  void fault(Code code, String value, String message) {
    reading.fault(new ComposeFault(mark, code, path, value, message));
  }

  /** Records that something is doubtful here. */
  void warn(String message) {
    reading.warn(mark, path, message);
  }

  /** The text of a single value with its variables filled in; its quotes do not matter. */
  @Nullable String text() {
    if (isScalar()) {
      return reading.interpolate(this, ((Yaml.Scalar) node).text());
    }
    expected("a single value");
    return null;
  }

  @Nullable Long integer() {
    return parse(
        text -> {
          if (!text.matches(WHOLE_NUMBER)) {
            throw new IllegalArgumentException("is no whole number; write one such as 3");
          }
          return Long.parseLong(text);
        });
  }

  /** A whole number that must not be negative nor beyond {@code most}. */
  @Nullable Integer count(int most) {
    return parse(
        text -> {
          long number = text.matches(WHOLE_NUMBER) ? Long.parseLong(text) : -1;
          if (number < 0 || number > most) {
            throw new IllegalArgumentException("is no whole number from 0 to " + most);
          }
          return (int) number;
        });
  }

  @Nullable Boolean bool() {
    return parse(
        text ->
            switch (text) {
              case "true", "True", "TRUE" -> true;
              case "false", "False", "FALSE" -> false;
              default -> throw new IllegalArgumentException("is no boolean; write true or false");
            });
  }

  @Nullable Duration duration() {
    return parse(Quantities::duration);
  }

  /** One of the given words, which map to what they stand for. */
  <T> @Nullable T oneOf(Map<String, T> words) {
    return parse(
        text -> {
          T found = words.get(text);
          if (found == null) {
            Set<String> known = new TreeSet<>(words.keySet());
            throw new IllegalArgumentException(
                "is not known; "
                    + Nearest.of(text, known)
                        .map(word -> "did you mean '" + word + "'?")
                        .orElse("write one of " + String.join(", ", known)));
          }
          return found;
        });
  }

  /** A text converted by {@code parser}, whose refusal says what is wrong with it. */
  <T> @Nullable T parse(Function<String, T> parser) {
    String text = text();
    if (text == null) {
      return null;
    }
    try {
      return parser.apply(text);
    } catch (IllegalArgumentException refused) {
      fault(
          Code.INVALID,
          text,
          "'" + shorten(text) + "'" + written(text) + " " + refused.getMessage());
      return null;
    }
  }

  /** How a text is written in the file, if variables made it a different one. */
  String written(String text) {
    return node instanceof Yaml.Scalar scalar
            && scalar.text().indexOf('$') >= 0
            && !scalar.text().equals(text)
        ? " (written as '" + shorten(scalar.text()) + "')"
        : "";
  }

  /** The elements of a list; a fault and nothing if it is none. */
  List<Value> list() {
    if (!(node instanceof Yaml.Sequence sequence)) {
      expected("a list");
      return List.of();
    }
    List<Value> items = new ArrayList<>();
    for (int i = 0; i < sequence.items().size(); i++) {
      items.add(new Value(reading, sequence.items().get(i), path + "[" + i + "]"));
    }
    return items;
  }

  /** The elements of a list, or a single value as a list of one. */
  List<Value> listOrOne() {
    return isScalar() ? List.of(this) : list();
  }

  /** The texts of a list; elements that are none are left out with a fault. */
  List<String> texts() {
    return present(list());
  }

  /** The texts of a list or of a single value. */
  List<String> textsOrOne() {
    return present(listOrOne());
  }

  private static List<String> present(List<Value> values) {
    List<String> texts = new ArrayList<>();
    for (Value value : values) {
      String text = value.text();
      if (text != null) {
        texts.add(text);
      }
    }
    return texts;
  }

  /** The values of a mapping with free keys, in the order of the file. */
  Map<String, Value> mapping() {
    if (!(node instanceof Yaml.Mapping mapping)) {
      expected("a mapping");
      return Map.of();
    }
    Map<String, Value> values = new LinkedHashMap<>();
    mapping.entries().forEach((key, entry) -> values.put(key, child(key, entry)));
    return values;
  }

  /** A list of names or a mapping by name; a name that stands twice in the list is a fault. */
  Map<String, Value> named(String kind) {
    if (!(node instanceof Yaml.Sequence)) {
      return mapping();
    }
    Map<String, Value> named = new LinkedHashMap<>();
    for (Value item : list()) {
      String name = item.text();
      if (name != null && named.putIfAbsent(name, item) != null) {
        item.fault(Code.DUPLICATE, name, kind + " '" + shorten(name) + "' stands twice");
      }
    }
    return named;
  }

  /** The value under a key of a mapping, at the place of the key. */
  Value child(String key, Yaml.Entry entry) {
    Mark where = entry.value() instanceof Yaml.Scalar ? entry.value().mark() : entry.mark();
    return new Value(reading, entry.value(), where, under(key));
  }

  /** The path of a key below this value. */
  String under(String key) {
    return path.isEmpty() ? key : path + "." + key;
  }

  /** A mapping, or a list of {@code NAME=value} or {@code NAME}. */
  List<Pair> pairs() {
    List<Pair> pairs = new ArrayList<>();
    if (node instanceof Yaml.Sequence) {
      for (Value item : list()) {
        String text = item.text();
        if (text != null) {
          int equals = text.indexOf('=');
          pairs.add(
              equals < 0
                  ? new Pair(text, null, item)
                  : new Pair(text.substring(0, equals), text.substring(equals + 1), item));
        }
      }
    } else {
      mapping()
          .forEach(
              (name, value) -> {
                boolean none = value.isNull();
                String text = none ? null : value.text();
                if (none || text != null) {
                  pairs.add(new Pair(name, text, value));
                }
              });
    }
    return pairs;
  }

  /** The same as a map, with the empty string where there is no value; the last of equals wins. */
  Map<String, String> textMap() {
    Map<String, String> map = new LinkedHashMap<>();
    pairs().forEach(pair -> map.put(pair.name(), pair.text() == null ? "" : pair.text()));
    return map;
  }

  private void expected(String what) {
    fault(
        Code.INVALID,
        "",
        node.kind() + " stands here; write " + what + (isNull() ? " or remove the key" : ""));
  }

  static String shorten(String text) {
    String line = text.replace("\n", "\\n").replace("\r", "\\r");
    return line.length() <= Limits.QUOTED ? line : line.substring(0, Limits.QUOTED) + "...";
  }
}
