package io.swarm4j.compose;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Durations, byte sizes, CPU shares and permission bits as compose files write them.
 *
 * <p>All methods throw {@link IllegalArgumentException} with what would have been accepted.
 */
final class Quantities {
  private static final int LONGEST = 40; // keeps decimal arithmetic on short numbers
  private static final Pattern STEP =
      Pattern.compile("([0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(ns|us|µs|μs|ms|s|m|h)");
  private static final Pattern BYTES =
      Pattern.compile("([0-9]+(?:\\.[0-9]+)?) ?([kmgtp])?i?b?", Pattern.CASE_INSENSITIVE);
  private static final String BYTE_UNITS = "kmgtp";
  private static final Pattern DECIMAL = Pattern.compile("[0-9]+(\\.[0-9]+)?|\\.[0-9]+");
  private static final Pattern OCTAL = Pattern.compile("0o?[0-7]{1,5}");
  private static final Pattern WHOLE = Pattern.compile("[0-9]{1,5}");

  private Quantities() {}

  /** {@code 1m30s}, {@code 100ms}, {@code 1.5h}; 0 is the only number without a unit. */
  static Duration duration(String text) {
    if (text.equals("0")) {
      return Duration.ZERO;
    }
    BigDecimal nanos = BigDecimal.ZERO;
    Matcher step = STEP.matcher(text);
    int at = 0;
    while (at < text.length() && text.length() <= LONGEST) {
      if (!step.find(at) || step.start() != at) {
        break;
      }
      nanos =
          nanos.add(
              new BigDecimal(step.group(1)).multiply(BigDecimal.valueOf(nanosOf(step.group(2)))));
      at = step.end();
    }
    boolean bare = DECIMAL.matcher(text).matches();
    require(
        at == text.length() && at > 0,
        bare && text.length() <= LONGEST
            ? "has no unit; write " + text + "s for seconds"
            : "is no duration; write one such as 5s, 1m30s, 100ms or 1h");
    require(
        nanos.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) <= 0,
        "is too long; a duration is at most 292 years");
    return Duration.ofNanos(nanos.longValue());
  }

  private static long nanosOf(String unit) {
    return switch (unit) {
      case "ns" -> 1L;
      case "us", "µs", "μs" -> 1_000L;
      case "ms" -> 1_000_000L;
      case "s" -> 1_000_000_000L;
      case "m" -> 60_000_000_000L;
      default -> 3_600_000_000_000L;
    };
  }

  /** {@code 50M}, {@code 1gb}, {@code 512k} or plain bytes; units are powers of 1024. */
  static long bytes(String text) {
    Matcher match = BYTES.matcher(text);
    require(
        text.length() <= LONGEST && match.matches(),
        "is no size; write bytes, or a size such as 512k, 50M or 1gb");
    String unit = match.group(2);
    int power = unit == null ? 0 : BYTE_UNITS.indexOf(unit.toLowerCase(Locale.ROOT)) + 1;
    BigDecimal bytes = new BigDecimal(match.group(1)).multiply(BigDecimal.valueOf(1024).pow(power));
    require(
        bytes.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) <= 0,
        "is too large; a size is at most 9223372036854775807 bytes");
    return bytes.setScale(0, RoundingMode.DOWN).longValue();
  }

  /** CPUs as billionths; the decimal number must be a whole number of them. */
  static long nanoCpus(String text) {
    require(
        text.length() <= LONGEST && DECIMAL.matcher(text).matches(),
        "is no number of CPUs; write one such as 0.5 or 2");
    BigDecimal nanos = new BigDecimal(text).movePointRight(9).stripTrailingZeros();
    require(nanos.scale() <= 0, "is too precise; CPUs have at most 9 decimals");
    require(
        nanos.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) <= 0, "is more CPUs than a node has");
    return nanos.longValue();
  }

  /** Permission bits: octal with a leading {@code 0} or {@code 0o}, else decimal. */
  static int mode(String text) {
    if (OCTAL.matcher(text).matches()) {
      return Integer.parseInt(text.replace("o", ""), 8);
    }
    require(WHOLE.matcher(text).matches(), "is no file mode; write an octal one such as 0440");
    return Integer.parseInt(text);
  }

  private static void require(boolean ok, String problem) {
    if (!ok) {
      throw new IllegalArgumentException(problem);
    }
  }
}
