package io.swarm4j.network.lb;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Counts of a balancer at one moment. Each number is exact; together they are not a snapshot.
 *
 * @param accepted connections accepted since the start
 * @param refused those among them that were reset since no backend could take them
 * @param connectFailures failed attempts to connect to a backend since the start
 * @param frontends counts by frontend id, for the frontends of the configuration in force
 * @param activeByBackend connections by backend id, being connected or open, for the backends of
 *     the configuration in force and for those that still drain
 */
public record BalancerStats(
    long accepted,
    long refused,
    long connectFailures,
    SortedMap<String, FrontendStats> frontends,
    SortedMap<String, Integer> activeByBackend) {

  /** Copies the maps. */
  public BalancerStats {
    frontends = Collections.unmodifiableSortedMap(new TreeMap<>(frontends));
    activeByBackend = Collections.unmodifiableSortedMap(new TreeMap<>(activeByBackend));
  }

  /**
   * Counts of one frontend.
   *
   * @param accepted connections, or flows of datagrams, since it was first configured
   * @param active those that have not ended
   * @param refused those that were reset since no backend could take them, or there were too many
   * @param connectFailures failed attempts to connect to a backend
   * @param idle those that ended because nothing was sent for too long
   * @param fromClients bytes that clients sent
   * @param toClients bytes that backends sent
   */
  public record FrontendStats(
      long accepted,
      int active,
      long refused,
      long connectFailures,
      long idle,
      long fromClients,
      long toClients) {}
}
