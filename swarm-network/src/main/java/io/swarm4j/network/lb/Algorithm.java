package io.swarm4j.network.lb;

/** The rule by which a {@link Frontend} chooses the backend of a new connection. */
public enum Algorithm {
  /** Backends take turns, as in the reference's routing mesh (IPVS {@code rr}, weight 1). */
  ROUND_ROBIN
}
