package io.swarm4j.testing;

import org.opentest4j.TestAbortedException;

/** What a test needs of the machine that it runs on. */
public final class Surroundings {
  private Surroundings() {}

  /** Skips a test that lacks something; fails it where {@code CI=true}. */
  public static void require(boolean present, String what) {
    if (!offer(present, what)) {
      throw new TestAbortedException("this test needs " + what);
    }
  }

  /** Whether something is there, for a test that can do less without; it must where CI=true. */
  public static boolean offer(boolean present, String what) {
    if (!present && "true".equals(System.getenv("CI"))) {
      throw new IllegalStateException("this test needs " + what);
    }
    return present;
  }
}
