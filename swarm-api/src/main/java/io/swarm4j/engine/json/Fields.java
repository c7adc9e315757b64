package io.swarm4j.engine.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.swarm4j.model.Fault;
import io.swarm4j.model.InvalidSpecException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The fields of a JSON object, read by name without regard to case, as the reference does.
 *
 * <p>Every field must be read, or else {@link #end} refuses it by name; fields that say nothing
 * (null, false, 0, empty) never are, since clients send them as a matter of form. A value of a
 * wrong type is refused with its place. Not thread-safe.
 */
public final class Fields {
  private final String path;
  private final Map<String, JsonNode> unread = new HashMap<>();
  private final Map<String, String> spelling = new HashMap<>();
  private final ReadingNotes notes;

  private Fields(JsonNode object, String path, ReadingNotes notes) {
    this.path = path;
    this.notes = notes;
    if (!object.isObject()) {
      throw wrong(path, object, "a JSON object");
    }
    for (Map.Entry<String, JsonNode> field : object.properties()) {
      String key = field.getKey().toLowerCase(Locale.ROOT);
      unread.put(key, field.getValue());
      spelling.put(key, field.getKey());
    }
  }

  static Fields root(JsonNode tree) {
    return new Fields(tree, "", new ReadingNotes());
  }

  /** What the client should know though its request was carried out. */
  public List<String> warnings() {
    return notes.warnings();
  }

  void warn(String text) {
    notes.warn(text);
  }

  /**
   * Reads this object to its end; what is wrong with any of the objects in it is told at once.
   *
   * @throws InvalidSpecException with what is wrong
   */
  <T> T whole(Function<Fields, T> reader) {
    notes.collect();
    return notes.complete(() -> toEnd(reader));
  }

  private <T> T toEnd(Function<Fields, T> reader) {
    T result = reader.apply(this);
    end();
    return result;
  }

  /** The same fields, with a text for one that has none. */
  public Fields orText(String name, Supplier<String> text) {
    if (!says(name)) {
      unread.put(name.toLowerCase(Locale.ROOT), JsonNodeFactory.instance.textNode(text.get()));
    }
    return this;
  }

  /** Leaves a field unread, whatever it says. */
  public void skip(String name) {
    take(name);
  }

  /** Whether a field is there and says something. */
  boolean says(String name) {
    JsonNode value = unread.get(name.toLowerCase(Locale.ROOT));
    return value != null && !isEmpty(value);
  }

  /** A text, null if there is none or an empty one. */
  public @Nullable String text(String name) {
    JsonNode value = take(name);
    if (value == null) {
      return null;
    }
    if (!value.isTextual()) {
      throw wrong(at(name), value, "a string");
    }
    return value.textValue().isEmpty() ? null : value.textValue();
  }

  /** A text, {@code fallback} if there is none. */
  public String text(String name, String fallback) {
    String value = text(name);
    return value == null ? fallback : value;
  }

  /** A truth value, false if absent. */
  public boolean flag(String name) {
    Boolean value = maybeFlag(name);
    return value != null && value;
  }

  @Nullable Boolean maybeFlag(String name) {
    JsonNode value = take(name);
    if (value == null) {
      return null;
    }
    if (!value.isBoolean()) {
      throw wrong(at(name), value, "true or false");
    }
    return value.booleanValue();
  }

  /** A whole number, 0 if absent. */
  public long number(String name) {
    Long value = maybeNumber(name);
    return value == null ? 0 : value;
  }

  int integer(String name) {
    Integer value = maybeInteger(name);
    return value == null ? 0 : value;
  }

  @Nullable Integer maybeInteger(String name) {
    Long value = maybeNumber(name);
    if (value == null) {
      return null;
    }
    if (value != value.intValue()) {
      throw Json.refuse(at(name), Long.toString(value), "a number of 32 bits");
    }
    return value.intValue();
  }

  @Nullable Long maybeNumber(String name) {
    JsonNode value = take(name);
    if (value == null) {
      return null;
    }
    if (!value.isIntegralNumber() || !value.canConvertToLong()) {
      throw wrong(at(name), value, "a whole number of 64 bits");
    }
    return value.longValue();
  }

  double fraction(String name) {
    JsonNode value = take(name);
    if (value == null) {
      return 0;
    }
    if (!value.isNumber()) {
      throw wrong(at(name), value, "a number");
    }
    return value.doubleValue();
  }

  /** A span of time in nanoseconds, null if absent. */
  @Nullable Duration nanos(String name) {
    Long value = maybeNumber(name);
    return value == null ? null : Duration.ofNanos(value);
  }

  /** A time, null if absent. */
  @Nullable Instant time(String name) {
    String value = text(name);
    try {
      return value == null ? null : Instant.parse(value);
    } catch (DateTimeParseException malformed) {
      throw Json.refuse(at(name), value, "a time such as 2026-01-31T12:00:00Z");
    }
  }

  /** Texts, empty if absent. */
  public List<String> texts(String name) {
    return items(
        name,
        (value, at) -> {
          if (!value.isTextual()) {
            throw wrong(at, value, "a string");
          }
          return value.textValue();
        });
  }

  /** Whole numbers, empty if absent. */
  public List<Long> numbers(String name) {
    return items(
        name,
        (value, at) -> {
          if (!value.isIntegralNumber() || !value.canConvertToLong()) {
            throw wrong(at, value, "a whole number of 64 bits");
          }
          return value.longValue();
        });
  }

  Map<String, String> map(String name) {
    JsonNode value = take(name);
    if (value == null) {
      return Map.of();
    }
    if (!value.isObject()) {
      throw wrong(at(name), value, "an object of strings");
    }
    Map<String, String> map = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> entry : value.properties()) {
      if (!entry.getValue().isTextual() && !entry.getValue().isNull()) {
        throw wrong(at(name) + "." + entry.getKey(), entry.getValue(), "a string");
      }
      map.put(entry.getKey(), entry.getValue().asText(""));
    }
    return map;
  }

  byte[] base64(String name) {
    String text = text(name);
    try {
      return text == null ? new byte[0] : java.util.Base64.getDecoder().decode(text);
    } catch (IllegalArgumentException malformed) {
      throw Json.refuse(at(name), text.length() + " characters", "base64 with padding");
    }
  }

  /** An object, null if absent; its reader refuses what it does not know. */
  <T> @Nullable T object(String name, Function<Fields, T> reader) {
    JsonNode value = take(name);
    if (value == null) {
      return null;
    }
    return read(value, at(name), reader);
  }

  /** An object, {@code fallback} if absent. */
  <T> T object(String name, Function<Fields, T> reader, T fallback) {
    T value = object(name, reader);
    return value == null ? fallback : value;
  }

  /** A list of objects, empty if absent. */
  <T> List<T> objects(String name, Function<Fields, T> reader) {
    return items(name, (value, at) -> read(value, at, reader));
  }

  private <T> @Nullable T read(JsonNode value, String at, Function<Fields, T> reader) {
    return notes.part(() -> new Fields(value, at, notes).toEnd(reader));
  }

  private <T> List<T> items(String name, BiFunction<JsonNode, String, @Nullable T> reader) {
    JsonNode value = take(name);
    if (value == null) {
      return List.of();
    }
    if (!value.isArray()) {
      throw wrong(at(name), value, "an array");
    }
    List<T> items = new ArrayList<>();
    int index = 0;
    for (JsonNode part : value) {
      T item = reader.apply(part, at(name) + "[" + index++ + "]");
      if (item != null) {
        items.add(item);
      }
    }
    return items;
  }

  /** A constant by the name that the Engine API gives it, {@code fallback} if absent. */
  <E extends Enum<E>> E constant(String name, E fallback) {
    String text = text(name);
    if (text == null) {
      return fallback;
    }
    Class<E> type = fallback.getDeclaringClass();
    for (E constant : type.getEnumConstants()) {
      if (Constants.text(constant).equals(text)) {
        return constant;
      }
    }
    throw Json.refuse(at(name), text, "one of " + Constants.texts(type));
  }

  /** Takes note of a field that changes nothing here, if it has the one value that fits. */
  void only(String name, String... accepted) {
    String value = text(name);
    if (value != null && !List.of(accepted).contains(value)) {
      throw new MalformedRequestException(
          List.of(
              new Fault(Fault.Code.UNSUPPORTED, at(name), value, String.join(" or ", accepted))));
    }
  }

  /** Takes note of a number that can not be changed here; 0 leaves it, too. */
  void fixed(String name, long value) {
    long given = number(name);
    if (given != 0 && given != value) {
      throw Json.refuse(at(name), Long.toString(given), "the fixed value " + value);
    }
  }

  /** Takes note of a field that is known and means nothing to a swarm of this kind. */
  void ignore(String name, String why) {
    if (says(name)) {
      warn(at(name) + " has no effect: " + why);
    }
    take(name);
  }

  /**
   * Refuses what was not read and says something.
   *
   * @throws MalformedRequestException naming each such field
   */
  public void end() {
    List<Fault> faults = new ArrayList<>();
    unread.forEach(
        (key, value) -> {
          if (!isEmpty(value)) {
            faults.add(
                new Fault(
                    Fault.Code.UNSUPPORTED,
                    at(spelling.getOrDefault(key, key)),
                    excerpt(value),
                    "no such field: it is not supported"));
          }
        });
    if (!faults.isEmpty()) {
      faults.sort(java.util.Comparator.comparing(Fault::path));
      throw new MalformedRequestException(faults);
    }
  }

  private @Nullable JsonNode take(String name) {
    JsonNode value = unread.remove(name.toLowerCase(Locale.ROOT));
    return value == null || value.isNull() ? null : value;
  }

  private String at(String name) {
    return path.isEmpty() ? name : path + "." + name;
  }

  private static boolean isEmpty(JsonNode value) {
    if (value.isObject() || value.isArray()) {
      for (JsonNode part : value) {
        if (!isEmpty(part)) {
          return false;
        }
      }
      return true;
    }
    return value.isNull()
        || (value.isBoolean() && !value.booleanValue())
        || (value.isNumber() && value.doubleValue() == 0)
        || (value.isTextual() && value.textValue().isEmpty());
  }

  private static MalformedRequestException wrong(String path, JsonNode value, String wanted) {
    return Json.refuse(path.isEmpty() ? "body" : path, excerpt(value), wanted);
  }

  private static String excerpt(JsonNode value) {
    String text = value.toString();
    return text.length() <= 80 ? text : text.substring(0, 77) + "...";
  }
}
