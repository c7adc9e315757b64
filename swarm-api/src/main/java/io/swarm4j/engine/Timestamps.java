package io.swarm4j.engine;

import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Times in queries: seconds since 1970, with or without a fraction, or RFC 3339. */
final class Timestamps {
  /** Eleven digits reach beyond the year 5000. */
  private static final Pattern SECONDS = Pattern.compile("-?\\d{1,11}(\\.\\d{1,18})?");

  private static final Instant LAST = Instant.parse("9999-12-31T23:59:59Z");

  private Timestamps() {}

  /** Reads a time; null if there is none. */
  static @Nullable Instant parse(@Nullable String text, String parameter) {
    if (text == null || text.isEmpty() || text.equals("0")) {
      return null;
    }
    try {
      if (SECONDS.matcher(text).matches()) {
        BigDecimal seconds = new BigDecimal(text);
        long whole = seconds.longValue();
        return Instant.ofEpochSecond(
            whole, seconds.subtract(BigDecimal.valueOf(whole)).movePointRight(9).longValue());
      }
      Instant time = Instant.parse(text);
      if (time.isAfter(LAST)) {
        throw new DateTimeException("beyond " + LAST);
      }
      return time;
    } catch (DateTimeException malformed) {
      throw new ApiException(
          400,
          "invalid value '"
              + text
              + "' for "
              + parameter
              + ": give seconds since 1970, or a time such as 2026-01-31T12:00:00Z");
    }
  }

  /** The same, or how long before now it is, such as {@code 1h30m}. */
  static @Nullable Instant parse(@Nullable String text, String parameter, Instant now) {
    try {
      return text == null || text.isEmpty() ? null : now.minus(Duration.parse("PT" + text));
    } catch (DateTimeException | ArithmeticException noSpan) {
      return parse(text, parameter);
    }
  }
}
