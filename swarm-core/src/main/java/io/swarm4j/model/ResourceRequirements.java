package io.swarm4j.model;

import org.jspecify.annotations.Nullable;

/**
 * What a task may use, and what is set aside for it.
 *
 * @param limits upper bound that the runtime enforces; null or a zero component means none
 * @param reservations what the scheduler sets aside on the node; null means nothing
 * @param pidsLimit most processes, 0 for no limit
 */
public record ResourceRequirements(
    @Nullable Resources limits, @Nullable Resources reservations, long pidsLimit) {

  /** Nothing set aside, nothing bounded. */
  public static final ResourceRequirements NONE = new ResourceRequirements(null, null, 0);

  private static final long MIN_NANO_CPUS = 1_000_000; // 0.001 CPU
  private static final long MIN_MEMORY = 4L << 20;

  public ResourceRequirements {
    Check check = Check.of("ResourceRequirements");
    check.that(pidsLimit >= 0, "pidsLimit", pidsLimit, "0 or more");
    minimum(check, limits, "limits");
    minimum(check, reservations, "reservations");
    check.orThrow();
  }

  private static void minimum(Check check, @Nullable Resources resources, String component) {
    if (resources != null) {
      long cpu = resources.nanoCpus();
      long memory = resources.memoryBytes();
      check.that(
          cpu == 0 || cpu >= MIN_NANO_CPUS,
          component + ".nanoCpus",
          cpu,
          "at least 0.001 CPU (1000000)");
      check.that(
          memory == 0 || memory >= MIN_MEMORY,
          component + ".memoryBytes",
          memory,
          "at least 4MiB (4194304)");
    }
  }

  /** What is set aside, {@link Resources#NONE} if nothing. */
  public Resources reserved() {
    return Copies.or(reservations, Resources.NONE);
  }
}
