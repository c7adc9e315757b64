package io.swarm4j.engine;

import java.util.List;
import java.util.Locale;

/** Signals as clients name them: {@code SIGHUP}, {@code hup} or {@code 1}. */
final class Signals {
  static final String KILL = "KILL";

  /** Those of Linux, from 1 on. */
  private static final List<String> NAMES =
      List.of(
          "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", KILL, "USR1", "SEGV", "USR2",
          "PIPE", "ALRM", "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG",
          "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS");

  private Signals() {}

  /** The name without prefix; KILL if nothing is given. */
  static String name(String given) {
    if (given.isEmpty()) {
      return KILL;
    }
    String plain = given.toUpperCase(Locale.ROOT).replaceFirst("^SIG", "");
    if (NAMES.contains(plain)) {
      return plain;
    }
    int number = plain.matches("\\d{1,2}") ? Integer.parseInt(plain) : 0;
    if (number < 1 || number > NAMES.size()) {
      throw new ApiException(400, "Invalid signal: " + given);
    }
    return NAMES.get(number - 1);
  }
}
