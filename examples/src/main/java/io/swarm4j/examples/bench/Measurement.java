package io.swarm4j.examples.bench;

import java.util.Arrays;
import java.util.Locale;

/**
 * A benchmark's figures: samples of one metric in one unit, with what they are compared to.
 *
 * @param name what was measured
 * @param unit unit of the samples
 * @param samples in the order in which they were taken, warm-up left out
 * @param higherIsBetter which way is better
 * @param target the figure to reach, in the same unit
 * @param peer what the reference reaches on this kind of machine, empty if there is no such figure
 */
record Measurement(
    String name,
    String unit,
    double[] samples,
    boolean higherIsBetter,
    double target,
    String peer) {

  double median() {
    double[] sorted = samples.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }

  boolean reachesTarget() {
    return higherIsBetter ? median() >= target : median() <= target;
  }

  /** One line for people. */
  String line() {
    double[] sorted = samples.clone();
    Arrays.sort(sorted);
    return String.format(
        Locale.ROOT,
        "%-34s median %s %s (min %s, max %s, n=%d); target %s%s: %s%s",
        name,
        number(median()),
        unit,
        number(sorted[0]),
        number(sorted[sorted.length - 1]),
        samples.length,
        higherIsBetter ? ">= " : "<= ",
        number(target),
        reachesTarget() ? "reached" : "MISSED",
        peer.isEmpty() ? "" : "; reference: " + peer);
  }

  /** With as many digits as tell small figures apart. */
  private static String number(double value) {
    return String.format(Locale.ROOT, Math.abs(value) < 10 ? "%.2f" : "%,.1f", value);
  }

  /** One line for programs. */
  String json() {
    return String.format(
        Locale.ROOT,
        "{\"name\":\"%s\",\"unit\":\"%s\",\"median\":%.3f,\"target\":%.3f,\"reached\":%b,\"samples\":%s}",
        name,
        unit,
        median(),
        target,
        reachesTarget(),
        Arrays.toString(samples));
  }
}
