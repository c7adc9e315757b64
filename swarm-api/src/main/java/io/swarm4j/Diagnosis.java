package io.swarm4j;

import io.swarm4j.network.dataplane.Difference;
import java.util.List;

/**
 * What a data plane has of what it shall have.
 *
 * @param place the node, by host name, whose data plane it is; the swarm's name where one carries
 *     the traffic of all nodes
 * @param intended the revision of the state that it was compared with
 * @param applied the revision that it has reported to be in force
 * @param differences what differs, or differed and was repaired; empty when all is well
 * @param failure why it could not be looked at; empty if it could
 */
public record Diagnosis(
    String place, long intended, long applied, List<Difference> differences, String failure) {

  /** Copies the list. */
  public Diagnosis {
    differences = List.copyOf(differences);
  }

  /** Whether it was looked at, and nothing differs. */
  public boolean isHealthy() {
    return differences.isEmpty() && failure.isEmpty();
  }
}
