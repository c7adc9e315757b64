package io.swarm4j.examples.check;

import java.io.PrintStream;
import java.time.Duration;

/** Runs checks one after the other and prints a line for each. */
final class Checklist {
  private final PrintStream out;
  private final long start = System.nanoTime();
  private int passed;
  private int failed;

  /** What a check found instead of what it expected. */
  static final class Mismatch extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Mismatch(String expected, Object seen) {
      super("expected " + expected + ", saw " + seen);
    }
  }

  /** A check. */
  @FunctionalInterface
  interface Check {

    /**
     * Runs it.
     *
     * @return what else there is to say, may be empty
     * @throws Mismatch if it fails
     */
    String run() throws Exception;
  }

  Checklist(PrintStream out) {
    this.out = out;
  }

  /** Fails the present check unless {@code holds}. */
  static void expect(boolean holds, String expected, Object seen) {
    if (!holds) {
      throw new Mismatch(expected, seen);
    }
  }

  /** Runs a check; a failed one does not keep the others from running. */
  void check(String what, Check check) {
    try {
      String more = check.run();
      passed++;
      out.println("ok   " + what + (more.isEmpty() ? "" : " (" + more + ")"));
    } catch (Mismatch mismatch) {
      failed++;
      out.println("FAIL " + what + ": " + mismatch.getMessage());
    } catch (Exception failure) {
      failed++;
      out.println("FAIL " + what + ": expected no failure, saw " + failure);
    }
  }

  /** Tells that something could not be checked here, which is nobody's failure. */
  void skip(String what, String why) {
    out.println("skip " + what + ": " + why);
  }

  /** Prints the sum; whether all checks have passed. */
  boolean summary() {
    Duration took = Duration.ofNanos(System.nanoTime() - start);
    out.printf(
        java.util.Locale.ROOT,
        "%s: %d checks passed, %d failed, in %.1f s%n",
        failed == 0 ? "OK" : "FAILED",
        passed,
        failed,
        took.toMillis() / 1000.0);
    return failed == 0;
  }
}
