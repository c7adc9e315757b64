package io.swarm4j.model;

/**
 * A service that must have reached a state before tasks start.
 *
 * @param service name of that service
 * @param condition the state
 * @param stopInReverse whether that service, when both are removed, stays up until these tasks have
 *     ended
 */
public record Dependency(String service, DependencyCondition condition, boolean stopInReverse) {

  /** States that can be waited for. */
  public enum DependencyCondition {
    STARTED,
    HEALTHY,
    COMPLETED
  }

  public Dependency {
    condition = Copies.or(condition, DependencyCondition.STARTED);
    Check.of("Dependency")
        .that(
            service != null && !service.isBlank(),
            Fault.Code.MISSING,
            "service",
            service,
            "the name of a service")
        .orThrow();
  }
}
