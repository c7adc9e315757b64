package io.swarm4j.model;

import java.math.BigInteger;
import java.util.function.BiFunction;

/** Text form of ids: base 36, lower case, padded to 25 characters. */
final class IdText {
  private static final int RADIX = 36;
  private static final BigInteger LIMIT = BigInteger.ONE.shiftLeft(128);

  private IdText() {}

  static String format(long hi, long lo) {
    BigInteger value =
        new BigInteger(Long.toUnsignedString(hi))
            .shiftLeft(64)
            .or(new BigInteger(Long.toUnsignedString(lo)));
    String digits = value.toString(RADIX);
    return "0".repeat(Id.TEXT_LENGTH - digits.length()) + digits;
  }

  static <T> T parse(String type, String text, BiFunction<Long, Long, T> constructor) {
    Check check = Check.of(type);
    check.that(
        text.matches("[0-9a-z]{25}") && new BigInteger(text, RADIX).compareTo(LIMIT) < 0,
        "text",
        text,
        "25 characters of 0-9 and a-z, as printed by Swarm4J");
    check.orThrow();
    BigInteger value = new BigInteger(text, RADIX);
    return constructor.apply(value.shiftRight(64).longValue(), value.longValue());
  }
}
