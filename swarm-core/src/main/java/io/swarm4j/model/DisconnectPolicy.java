package io.swarm4j.model;

import java.time.Duration;

/** What happens to a service's tasks while their node is out of reach. */
public sealed interface DisconnectPolicy {

  /** They are left alone, and not replaced, until the node returns or is removed. */
  record Keep() implements DisconnectPolicy {}

  /** They are replaced elsewhere once the node has been down for {@code after}. */
  record ReplaceAfter(Duration after) implements DisconnectPolicy {
    public ReplaceAfter {
      Check.of("ReplaceAfter").duration(after, "after").orThrow();
    }
  }

  /** The node itself ends them once it has heard of no manager for {@code after}. */
  record StopAfter(Duration after) implements DisconnectPolicy {
    public StopAfter {
      Check.of("StopAfter").duration(after, "after").orThrow();
    }
  }
}
