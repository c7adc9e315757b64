package io.swarm4j.scheduler;

/** Wording that several texts share. */
final class Texts {
  private Texts() {}

  static String nodes(int count) {
    return count == 1 ? "1 node" : count + " nodes";
  }
}
