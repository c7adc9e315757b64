package io.swarm4j.engine.json;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/** The {@code filters} parameter: {@code {"key":{"value":true}}}, or {@code {"key":["value"]}}. */
public final class FilterJson {
  private FilterJson() {}

  /** Reads filters; none for an empty text. */
  public static Map<String, Set<String>> read(String text) {
    Map<String, Set<String>> filters = new LinkedHashMap<>();
    JsonNode tree = Json.parse(text.getBytes(UTF_8));
    if (!tree.isObject()) {
      throw Json.refuse("filters", text, "an object such as {\"name\":{\"web\":true}}");
    }
    for (Map.Entry<String, JsonNode> entry : tree.properties()) {
      Set<String> values = new LinkedHashSet<>();
      JsonNode given = entry.getValue();
      if (given.isObject()) {
        given
            .properties()
            .forEach(
                value -> {
                  if (value.getValue().asBoolean(false)) {
                    values.add(value.getKey());
                  }
                });
      } else if (given.isArray()) {
        given.forEach(value -> values.add(value.asText()));
      } else {
        throw Json.refuse("filters." + entry.getKey(), given.toString(), "an object or a list");
      }
      filters.put(entry.getKey(), values);
    }
    return filters;
  }
}
