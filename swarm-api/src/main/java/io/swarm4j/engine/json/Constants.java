package io.swarm4j.engine.json;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** Names of constants in the Engine API: lower case, words joined by {@code -}. */
final class Constants {
  private Constants() {}

  static String text(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  static String texts(Class<? extends Enum<?>> type) {
    return Arrays.stream(type.getEnumConstants())
        .map(Constants::text)
        .collect(Collectors.joining(", "));
  }
}
