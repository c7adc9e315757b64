package io.swarm4j;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How waiting for a stack ended: as one unit, which has converged when each of its services has.
 *
 * @param services the outcome of each service, by its name, in order of names
 */
public record StackConvergence(Map<String, Convergence> services) {

  /** Keeps the order of the map. */
  public StackConvergence {
    services = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(services));
  }

  /** Whether every service is what its spec says. */
  public boolean isConverged() {
    return services.values().stream().allMatch(Convergence::isConverged);
  }

  /** Names of the services that are not what their specs say. */
  public List<String> behind() {
    return services.entrySet().stream()
        .filter(entry -> !entry.getValue().isConverged())
        .map(Map.Entry::getKey)
        .toList();
  }
}
