package io.swarm4j.compose;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads a volume of the top-level section {@code volumes}. */
final class VolumeReader {
  static final Vocabulary KEYS =
      Vocabulary.of("driver", "driver_opts", "labels", "external", "name");

  private VolumeReader() {}

  /** What a node makes a volume from when the first task mounts it. */
  record Settings(
      @Nullable String driver, Map<String, String> options, Map<String, String> labels) {}

  static Definition<Settings> read(Value value, String key) {
    Fields fields = Fields.optional(value, KEYS);
    Definition.Naming naming = Definition.naming(fields, key, "volume");
    Settings settings =
        naming.external()
            ? null
            : new Settings(
                fields.text("driver"), fields.textMap("driver_opts"), Definition.labels(fields));
    return new Definition<>(naming.name(), naming.external(), value.mark(), settings);
  }
}
