package io.swarm4j.model;

/**
 * The swarm itself as stored; there is exactly one.
 *
 * @param id its identity
 * @param meta version and times
 * @param spec settings that hold for the whole swarm
 */
public record Cluster(ClusterId id, Meta meta, ClusterSpec spec) implements StoreObject {

  @Override
  public Cluster withMeta(Meta newMeta) {
    return new Cluster(id, newMeta, spec);
  }

  /** The same with other settings. */
  public Cluster withSpec(ClusterSpec newSpec) {
    return new Cluster(id, meta, newSpec);
  }
}
