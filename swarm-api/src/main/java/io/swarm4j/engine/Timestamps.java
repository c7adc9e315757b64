package io.swarm4j.engine;

import java.math.BigDecimal;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import org.jspecify.annotations.Nullable;

/** Times in queries: seconds since 1970, with or without a fraction, or RFC 3339. */
final class Timestamps {
  private Timestamps() {}

  /** Reads a time; null if there is none. */
  static @Nullable Instant parse(@Nullable String text, String parameter) {
    if (text == null || text.isEmpty() || text.equals("0")) {
      return null;
    }
    try {
      BigDecimal seconds = new BigDecimal(text);
      long whole = seconds.longValue();
      return Instant.ofEpochSecond(
          whole, seconds.subtract(BigDecimal.valueOf(whole)).movePointRight(9).longValue());
    } catch (NumberFormatException noNumber) {
      try {
        return Instant.parse(text);
      } catch (DateTimeParseException malformed) {
        throw new ApiException(
            400,
            "invalid value '"
                + text
                + "' for "
                + parameter
                + ": give seconds since 1970, or a time such as 2026-01-31T12:00:00Z");
      }
    }
  }
}
