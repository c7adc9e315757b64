package io.swarm4j.network.allocator;

import io.swarm4j.model.NetworkId;
import io.swarm4j.model.Reason;
import io.swarm4j.model.ServiceId;

/**
 * Something that a service or task could not be given.
 *
 * @param key what has to change before another attempt makes sense: a network, a service, or a
 *     {@link Scarce} thing
 * @param reason what users are told
 * @param usedUp whether nobody who waits for the same key can be served either
 */
record Shortage(Object key, Reason.Allocation reason, boolean usedUp) {

  /** What is short where a network has no address left. */
  static final String ADDRESS = "address";

  /** Things that are scarce in the swarm as a whole. */
  enum Scarce {
    /** Networks themselves, and subnets for them. */
    NETWORKS,
    /** Published ports. */
    PORTS
  }

  static Shortage ofNetworks(String resource, String detail) {
    return new Shortage(Scarce.NETWORKS, new Reason.Allocation(resource, detail), false);
  }

  static Shortage ofPorts(String detail) {
    return new Shortage(Scarce.PORTS, new Reason.Allocation("port", detail), false);
  }

  static Shortage usedUp(NetworkId network, String detail) {
    return new Shortage(network, new Reason.Allocation(ADDRESS, detail), true);
  }

  static Shortage ofAddress(NetworkId network, String detail) {
    return new Shortage(network, new Reason.Allocation(ADDRESS, detail), false);
  }

  /** For a task that waits because its service waits. */
  Shortage of(ServiceId service) {
    return new Shortage(service, reason, true);
  }
}
