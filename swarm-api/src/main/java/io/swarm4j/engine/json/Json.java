package io.swarm4j.engine.json;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.io.SerializedString;
import com.fasterxml.jackson.core.util.ByteArrayBuilder;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import io.swarm4j.model.Fault;
import io.swarm4j.model.Meta;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads and writes JSON text, and the forms that all objects of the Engine API share. */
public final class Json {
  private static final int DEEPEST = 64;
  private static final ObjectMapper MAPPER =
      JsonMapper.builder(
              com.fasterxml.jackson.core.JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(DEEPEST).build())
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private Json() {}

  /**
   * Reads a JSON object.
   *
   * @throws MalformedRequestException if the text is not one, with the place where it goes wrong
   */
  public static Fields read(byte[] text) {
    return Fields.root(parse(text));
  }

  /** Any JSON text; an empty one reads as an empty object. */
  static JsonNode parse(byte[] text) {
    try {
      JsonNode tree = MAPPER.readTree(text);
      return tree == null || tree.isMissingNode() ? JsonNodeFactory.instance.objectNode() : tree;
    } catch (JsonProcessingException malformed) {
      String where =
          malformed.getLocation() == null
              ? ""
              : " at line "
                  + malformed.getLocation().getLineNr()
                  + ", column "
                  + malformed.getLocation().getColumnNr();
      throw refuse("body" + where, "", "JSON: " + malformed.getOriginalMessage());
    } catch (IOException noText) {
      throw refuse("body", text.length + " bytes", "JSON: " + noText.getMessage());
    }
  }

  static MalformedRequestException refuse(String path, String value, String accepted) {
    return new MalformedRequestException(
        List.of(new Fault(Fault.Code.INVALID, path, value, accepted)));
  }

  /** The text of a tree, with a line end. */
  public static byte[] bytes(JsonNode tree) {
    try (ByteArrayBuilder out = new ByteArrayBuilder();
        JsonGenerator generator = MAPPER.createGenerator(out)) {
      MAPPER.writeTree(generator, tree);
      generator.flush();
      out.append('\n');
      return out.toByteArray();
    } catch (IOException impossible) {
      throw new IllegalStateException("a tree can always be written", impossible);
    }
  }

  /** A tree as finished text, for what many objects of one answer share. */
  static RawValue finished(JsonNode tree) {
    return new RawValue(new SerializedString(tree.toString()));
  }

  /** A text by itself. */
  public static JsonNode text(String text) {
    return JsonNodeFactory.instance.textNode(text);
  }

  /** A new object. */
  public static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  /** A new array. */
  public static ArrayNode array() {
    return JsonNodeFactory.instance.arrayNode();
  }

  /**
   * Reads an object that another engine has written.
   *
   * @throws MalformedRequestException if it is none
   */
  public static ObjectNode object(byte[] text) {
    if (parse(text) instanceof ObjectNode object) {
      return object;
    }
    throw refuse("body", text.length + " bytes", "a JSON object");
  }

  /**
   * Reads an array that another engine has written.
   *
   * @throws MalformedRequestException if it is none
   */
  public static ArrayNode array(byte[] text) {
    if (parse(text) instanceof ArrayNode array) {
      return array;
    }
    throw refuse("body", text.length + " bytes", "a JSON array");
  }

  /** Adds elements to an array of an object, which may lack it. */
  public static ObjectNode append(ObjectNode target, String name, JsonNode more) {
    ArrayNode array =
        target.get(name) instanceof ArrayNode present ? present : target.putArray(name);
    more.forEach(array::add);
    return target;
  }

  /** The error body of the Engine API. */
  public static byte[] error(String message) {
    return bytes(object().put("message", message));
  }

  /** Head of every stored object: {@code ID}, {@code Version}, and its times. */
  static ObjectNode stored(Object id, Meta meta) {
    ObjectNode node = object().put("ID", id.toString());
    node.putObject("Version").put("Index", meta.version());
    return node.put("CreatedAt", time(meta.createdAt())).put("UpdatedAt", time(meta.updatedAt()));
  }

  /**
   * Times are RFC 3339 in UTC, with as many digits of the second as needed: clients that read and
   * write a time get the same text as those that pass it on.
   */
  public static String time(Instant instant) {
    String text = instant.toString(); // ends with Z, and has no digit of the second or 3, 6 or 9
    int end = text.length() - 1;
    if (text.indexOf('.') >= 0) {
      while (text.charAt(end - 1) == '0') {
        end--;
      }
    }
    return text.substring(0, end) + "Z";
  }

  static void putText(ObjectNode target, String name, @Nullable String value) {
    if (value != null && !value.isEmpty()) {
      target.put(name, value);
    }
  }

  static void putNanos(ObjectNode target, String name, @Nullable Duration value) {
    if (value != null) {
      target.put(name, value.toNanos());
    }
  }

  static void putTrue(ObjectNode target, String name, boolean value) {
    if (value) {
      target.put(name, true);
    }
  }

  static void putNumber(ObjectNode target, String name, long value) {
    if (value != 0) {
      target.put(name, value);
    }
  }

  static void putTexts(ObjectNode target, String name, Collection<String> values) {
    if (!values.isEmpty()) {
      ArrayNode array = target.putArray(name);
      values.forEach(array::add);
    }
  }

  static void putMap(ObjectNode target, String name, Map<String, String> values) {
    if (!values.isEmpty()) {
      target.set(name, map(values));
    }
  }

  /** A map as an object. */
  public static ObjectNode map(Map<String, String> values) {
    ObjectNode node = object();
    values.forEach(node::put);
    return node;
  }

  /** An array with one element per item. */
  public static <T> ArrayNode list(
      Collection<T> items, java.util.function.Function<T, ? extends JsonNode> form) {
    ArrayNode array = array();
    items.forEach(item -> array.add(form.apply(item)));
    return array;
  }
}
