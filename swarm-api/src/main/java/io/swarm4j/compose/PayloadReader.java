package io.swarm4j.compose;

import io.swarm4j.model.ConfigSpec;
import io.swarm4j.model.Fault.Code;
import io.swarm4j.model.Payload;
import io.swarm4j.model.SecretSpec;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the top-level sections {@code secrets} and {@code configs}. */
final class PayloadReader {
  private static final String NO_DRIVER = "drivers are not supported; give the content by ";
  static final Vocabulary SECRET =
      Vocabulary.of("file", "environment", "external", "name", "labels", "template_driver")
          .refuse("driver", NO_DRIVER + "'file', 'environment' or 'external'")
          .refuse("driver_opts", NO_DRIVER + "'file', 'environment' or 'external'")
          .refuse(
              "content",
              "a secret does not stand in the file itself; use 'file', 'environment' or"
                  + " 'external'");
  static final Vocabulary CONFIG =
      Vocabulary.of(
              "file", "content", "environment", "external", "name", "labels", "template_driver")
          .refuse("driver", NO_DRIVER + "'file', 'content', 'environment' or 'external'");

  private PayloadReader() {}

  static Definition<SecretSpec> secret(Value value, String key) {
    Fields fields = Fields.of(value, SECRET);
    return read(fields, key, "secret", List.of("file", "environment"), SecretSpec::new);
  }

  static Definition<ConfigSpec> config(Value value, String key) {
    Fields fields = Fields.of(value, CONFIG);
    return read(fields, key, "config", List.of("file", "content", "environment"), ConfigSpec::new);
  }

  /** The constructor that secrets and configs have in common. */
  private interface Maker<T> {
    T make(String name, Map<String, String> labels, Payload data, boolean templated);
  }

  private static <T> Definition<T> read(
      Fields fields, String key, String kind, List<String> sources, Maker<T> maker) {
    Definition.Naming naming = Definition.naming(fields, key, kind);
    T spec = naming.external() ? null : spec(fields, naming.name(), sources, maker);
    return new Definition<>(naming.name(), naming.external(), fields.section().mark(), spec);
  }

  private static <T> @Nullable T spec(
      Fields fields, String name, List<String> sources, Maker<T> maker) {
    boolean templated =
        fields.map("template_driver", driver -> driver.oneOf(Map.of("golang", true))) != null;
    Map<String, String> labels = Definition.labels(fields);
    List<String> given = sources.stream().filter(fields::has).toList();
    if (given.size() != 1) {
      fields
          .section()
          .fault(
              given.isEmpty() ? Code.MISSING : Code.CONTRADICTION,
              "",
              (given.isEmpty() ? "has no content" : "has several contents: " + given)
                  + "; write one of "
                  + String.join(", ", sources)
                  + " or 'external: true'");
      return null;
    }
    Value source = fields.at(given.get(0));
    Payload data = fields.map(given.get(0), value -> payload(value, given.get(0)));
    if (data == null) {
      return null;
    }
    Value named = fields.has("name") ? fields.at("name") : fields.section();
    return source
        .reading()
        .build(
            Origins.at(fields.section()).put("name", named).put("data", source),
            () -> maker.make(name, labels, data, templated));
  }

  private static @Nullable Payload payload(Value source, String key) {
    Reading reading = source.reading();
    return switch (key) {
      case "file" ->
          source.parse(
              text ->
                  new Payload(
                      reading.files().bytes(reading.files().resolve(text, reading.variables()))));
      case "environment" ->
          source.parse(
              text -> {
                String value = reading.variables().get(text);
                if (value == null) {
                  throw new IllegalArgumentException("is not set in the environment; set it");
                }
                return Payload.of(value);
              });
      default -> source.parse(Payload::of);
    };
  }
}
