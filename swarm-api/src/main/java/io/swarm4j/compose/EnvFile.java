package io.swarm4j.compose;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The lines {@code NAME=value} of an environment file.
 *
 * <p>A file named by {@code env_file} is taken literally, quotes included, as the reference does;
 * the file {@code .env}, which the reference does not read, is taken as other compose programs do:
 * without {@code export}, quotes and trailing comments.
 */
final class EnvFile {
  private EnvFile() {}

  /**
   * Reads the lines; a name without {@code =} takes its value from {@code environment} and is left
   * out if that has none.
   *
   * @throws IllegalArgumentException if a line has no valid name; the message has its number
   */
  static Map<String, String> literal(String text, Map<String, String> environment) {
    return parse(text, environment, false);
  }

  /** Reads the lines and strips {@code export}, quotes and comments. */
  static Map<String, String> unquoted(String text, Map<String, String> environment) {
    return parse(text, environment, true);
  }

  private static Map<String, String> parse(
      String text, Map<String, String> environment, boolean unquote) {
    Map<String, String> variables = new LinkedHashMap<>();
    int number = 0;
    for (String line : text.lines().toList()) {
      number++;
      String content = line.stripLeading();
      if (content.isBlank() || content.startsWith("#")) {
        continue;
      }
      if (unquote && content.startsWith("export ")) {
        content = content.substring("export ".length()).stripLeading();
      }
      int equals = content.indexOf('=');
      String name = equals < 0 ? content.stripTrailing() : content.substring(0, equals);
      name = unquote ? name.strip() : name;
      if (name.isEmpty() || name.chars().anyMatch(Character::isWhitespace)) {
        throw new IllegalArgumentException(
            "line " + number + " is not NAME=value: the name is empty or has blanks");
      }
      String value =
          equals < 0 ? environment.get(name) : value(content.substring(equals + 1), unquote);
      if (value != null) {
        variables.put(name, value);
      }
    }
    return variables;
  }

  private static String value(String raw, boolean unquote) {
    if (!unquote) {
      return raw;
    }
    String value = raw.strip();
    char quote = value.isEmpty() ? ' ' : value.charAt(0);
    int end = value.indexOf(quote, 1);
    if ((quote == '"' || quote == '\'') && end > 0) {
      return value.substring(1, end);
    }
    int comment = value.indexOf(" #");
    return comment < 0 ? value : value.substring(0, comment).stripTrailing();
  }
}
