package io.swarm4j.testing;

import java.util.List;
import java.util.Locale;

/** The programs of the contract as shell scripts, for runtimes whose tasks have a POSIX shell. */
public final class ShellPrograms {
  private ShellPrograms() {}

  /**
   * The command of a program, to which its arguments are added.
   *
   * @throws IllegalArgumentException for the server, which a shell cannot be
   */
  public static List<String> command(TestProgram program) {
    return List.of("sh", "-c", script(program), "sh");
  }

  private static String script(TestProgram program) {
    String sleep = "trap 'exit 0' TERM; echo ready; sleep 100000 & wait";
    return switch (program) {
      case SLEEPER -> sleep;
      case STUBBORN -> "trap '' TERM INT; echo ready; while :; do sleep 1000; done";
      case EXITER -> "echo bye; exit $1";
      case ENVIRONMENT -> "for n; do eval \"v=\\$$n\"; printf '%s=%s\\n' \"$n\" \"$v\"; done";
      case ARGUMENTS -> "for a; do printf 'arg=%s\\n' \"$a\"; done";
      case DIRECTORY -> "pwd";
      case SECRET -> "cat \"/run/secrets/$1\"";
      case CONFIG -> "cat \"$SWARM_CONFIGS_DIR/$1\"";
      case LINES ->
          "i=1; while [ $i -le $1 ]; do echo out $i; echo err $i >&2; i=$((i+1)); done; " + sleep;
      case BINARY -> "printf '%b\\n' '" + allBytes() + "'";
      case FLOOD -> "i=1; while [ $i -le $1 ]; do printf '%-100s\\n' \"line $i\"; i=$((i+1)); done";
      case SERVER -> throw new IllegalArgumentException("a shell cannot serve HTTP");
    };
  }

  private static String allBytes() {
    StringBuilder escapes = new StringBuilder();
    for (int value = 0; value < 256; value++) {
      if (value != '\n') {
        escapes.append(String.format(Locale.ROOT, "\\0%03o", value));
      }
    }
    return escapes.toString();
  }
}
