package io.swarm4j.network.lb;

import java.util.List;

/**
 * A configuration that is in force on every loop of the balancer.
 *
 * @param revision the revision in force: the one asked for, or a higher one that overtook it
 * @param listening the addresses that are open
 * @param bindFailures the addresses that are not; everything else of the configuration is in force
 */
public record Applied(long revision, List<Listening> listening, List<BindFailure> bindFailures) {

  /** Copies the lists. */
  public Applied {
    listening = List.copyOf(listening);
    bindFailures = List.copyOf(bindFailures);
  }
}
