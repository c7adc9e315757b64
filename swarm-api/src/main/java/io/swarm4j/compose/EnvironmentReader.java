package io.swarm4j.compose;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Reads {@code environment} and {@code env_file} of a service. */
final class EnvironmentReader {
  private EnvironmentReader() {}

  /** Later files win over earlier ones, and {@code environment} wins over files. */
  static Map<String, String> read(Fields service) {
    Map<String, String> variables = new LinkedHashMap<>();
    Value files = service.get("env_file");
    if (files != null) {
      for (Value file : files.listOrOne()) {
        Map<String, String> lines = file.parse(text -> lines(file.reading(), text));
        if (lines != null) {
          file.reading().spend(file, lines.size() * Limits.PER_OBJECT);
          variables.putAll(lines);
        }
      }
    }
    Value environment = service.get("environment");
    if (environment != null) {
      environment.pairs().forEach(pair -> put(variables, pair));
    }
    return variables;
  }

  private static Map<String, String> lines(Reading reading, String file) {
    Path path = reading.files().resolve(file, reading.variables());
    return EnvFile.literal(reading.files().text(path), reading.variables());
  }

  /** A variable without a value takes it from the environment of whoever reads the file. */
  private static void put(Map<String, String> variables, Value.Pair pair) {
    String value =
        pair.text() != null ? pair.text() : pair.at().reading().variables().get(pair.name());
    if (value == null) {
      variables.remove(pair.name());
      pair.at()
          .warn(
              "variable "
                  + Value.shorten(pair.name())
                  + " has no value here and is not set in the environment; it is left out");
    } else {
      variables.put(pair.name(), value);
    }
  }
}
