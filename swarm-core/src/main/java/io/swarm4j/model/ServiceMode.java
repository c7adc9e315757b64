package io.swarm4j.model;

/** How many tasks a service has, and where. */
public sealed interface ServiceMode {

  /** A number of interchangeable tasks in slots 1, 2, 3, … */
  record Replicated(int replicas) implements ServiceMode {
    public Replicated {
      Check.of("Replicated").that(replicas >= 0, "replicas", replicas, "0 or more").orThrow();
    }
  }

  /** One task on every node that satisfies the placement. */
  record Global() implements ServiceMode {}

  /**
   * Tasks that run to completion.
   *
   * @param maxConcurrent how many run at a time, at least 1
   * @param totalCompletions how many must complete, at least 1
   */
  record ReplicatedJob(int maxConcurrent, int totalCompletions) implements ServiceMode {
    public ReplicatedJob {
      Check.of("ReplicatedJob")
          .that(maxConcurrent >= 1, "maxConcurrent", maxConcurrent, "1 or more")
          .that(totalCompletions >= 1, "totalCompletions", totalCompletions, "1 or more")
          .orThrow();
    }
  }

  /** One task that runs to completion on every node that satisfies the placement. */
  record GlobalJob() implements ServiceMode {}

  /** Whether tasks are bound to nodes rather than to numbered slots. */
  default boolean isGlobal() {
    return this instanceof Global || this instanceof GlobalJob;
  }

  /** Whether tasks run to completion rather than for ever. */
  default boolean isJob() {
    return this instanceof ReplicatedJob || this instanceof GlobalJob;
  }
}
