package io.swarm4j.model;

import java.util.List;

/**
 * An amount of resources: what a node has, or what a task asks for.
 *
 * @param nanoCpus billionths of a CPU, 0 or more
 * @param memoryBytes bytes of memory, 0 or more
 * @param generic countable and named resources such as {@code gpu}
 */
public record Resources(long nanoCpus, long memoryBytes, List<GenericResource> generic) {

  /** Nothing. */
  public static final Resources NONE = new Resources(0, 0, List.of());

  public Resources {
    generic = Copies.list(generic);
    Check.of("Resources")
        .that(nanoCpus >= 0, "nanoCpus", nanoCpus, "0 or more")
        .that(memoryBytes >= 0, "memoryBytes", memoryBytes, "0 or more")
        .orThrow();
  }

  /** CPUs and memory only. */
  public static Resources of(double cpus, long memoryBytes) {
    return new Resources(Math.round(cpus * 1e9), memoryBytes, List.of());
  }

  /** Whether this is at least {@code wanted}; of a kind, named and countable units count alike. */
  public boolean holds(Resources wanted) {
    return nanoCpus >= wanted.nanoCpus
        && memoryBytes >= wanted.memoryBytes
        && wanted.generic.stream()
            .map(GenericResource::kind)
            .allMatch(kind -> units(kind) >= wanted.units(kind));
  }

  private long units(String kind) {
    return generic.stream()
        .filter(resource -> resource.kind().equals(kind))
        .mapToLong(resource -> resource instanceof GenericResource.Discrete some ? some.count() : 1)
        .sum();
  }

  /** Whether nothing is asked for. */
  public boolean isNone() {
    return nanoCpus == 0 && memoryBytes == 0 && generic.isEmpty();
  }
}
