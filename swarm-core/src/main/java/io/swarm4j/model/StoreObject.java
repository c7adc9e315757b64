package io.swarm4j.model;

/** An object of the replicated state. */
public sealed interface StoreObject permits Cluster, Config, Network, Node, Secret, Service, Task {

  /** Its identity, unique over all objects. */
  Id id();

  /** Version and times. */
  Meta meta();

  /** The same object with other version and times. */
  StoreObject withMeta(Meta meta);
}
