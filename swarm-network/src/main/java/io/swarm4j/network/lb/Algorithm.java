package io.swarm4j.network.lb;

/** The rule by which a {@link Frontend} chooses the backend of a new connection. */
public enum Algorithm {
  /**
   * Backends take turns, in proportion to their weights; with equal weights as in the reference's
   * routing mesh (IPVS {@code rr}).
   */
  ROUND_ROBIN,
  /** The backend with the fewest connections for its weight; among equals they take turns. */
  LEAST_CONNECTIONS,
  /**
   * The client's address decides, by a Maglev table: the same client gets the same backend, and
   * when a backend comes or goes, few clients of the others get another one.
   */
  SOURCE_HASH
}
