package io.swarm4j.compose;

import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Puts the values of variables into a text: {@code $VAR}, {@code ${VAR}}, the forms {@code :-},
 * {@code -}, {@code :?}, {@code ?}, {@code :+} and {@code +}, and {@code $$} for a dollar sign.
 */
final class Interpolation {
  private static final Pattern NAME = Pattern.compile("[_a-zA-Z][_a-zA-Z0-9]*");
  private static final int DEEPEST = 16;

  private final Map<String, String> variables;
  private final Consumer<String> unset;
  private final String text;
  private int at;

  private Interpolation(Map<String, String> variables, Consumer<String> unset, String text) {
    this.variables = variables;
    this.unset = unset;
    this.text = text;
  }

  /**
   * Interpolates one text.
   *
   * @param unset is told each variable that is replaced by nothing because it is not set
   * @throws IllegalArgumentException if a form is malformed or a required variable is not set; the
   *     message says which
   */
  static String apply(String text, Map<String, String> variables, Consumer<String> unset) {
    return text.indexOf('$') < 0
        ? text
        : new Interpolation(variables, unset, text).run(true, false, 0);
  }

  /** Reads up to the end, or to the brace that closes the form; evaluates unless not wanted. */
  private String run(boolean wanted, boolean inBraces, int depth) {
    if (depth > DEEPEST) {
      throw new IllegalArgumentException("variables are nested deeper than " + DEEPEST + " levels");
    }
    StringBuilder out = new StringBuilder();
    while (at < text.length()) {
      char c = text.charAt(at);
      if (inBraces && c == '}') {
        return out.toString();
      }
      at++;
      out.append(c == '$' ? variable(wanted, depth) : String.valueOf(c));
    }
    if (inBraces) {
      throw malformed();
    }
    return out.toString();
  }

  private String variable(boolean wanted, int depth) {
    if (text.startsWith("$", at)) {
      at++;
      return "$";
    }
    boolean braces = text.startsWith("{", at);
    if (braces) {
      at++;
    }
    String name = name();
    if (!braces) {
      return wanted ? valueOf(name) : "";
    }
    boolean emptyCounts = text.startsWith(":", at);
    if (emptyCounts) {
      at++;
    }
    String operator = at < text.length() ? text.substring(at, at + 1) : "";
    @Nullable String value = variables.get(name);
    boolean present = value != null && !(emptyCounts && value.isEmpty());
    String result;
    switch (operator) {
      case "-" -> {
        String fallback = rest(wanted && !present, depth);
        result = present ? String.valueOf(value) : fallback;
      }
      case "+" -> {
        String replacement = rest(wanted && present, depth);
        result = present ? replacement : "";
      }
      case "?" -> {
        String message = rest(wanted && !present, depth);
        if (wanted && !present) {
          throw new IllegalArgumentException(
              "variable "
                  + name
                  + " is required"
                  + (message.isBlank() ? "; set it" : ": " + message));
        }
        result = String.valueOf(value);
      }
      case "}" -> {
        if (emptyCounts) {
          throw malformed();
        }
        result = wanted ? valueOf(name) : "";
      }
      default -> throw malformed();
    }
    at++; // the closing brace
    return result;
  }

  private String rest(boolean wanted, int depth) {
    at++;
    return run(wanted, true, depth + 1);
  }

  private String name() {
    Matcher name = NAME.matcher(text).region(at, text.length());
    if (!name.lookingAt()) {
      throw malformed();
    }
    at = name.end();
    return name.group();
  }

  private String valueOf(String name) {
    String value = variables.get(name);
    if (value == null) {
      unset.accept(name);
      return "";
    }
    return value;
  }

  private static IllegalArgumentException malformed() {
    return new IllegalArgumentException(
        "malformed variable; write $NAME or ${NAME}, and $$ for a dollar sign");
  }
}
