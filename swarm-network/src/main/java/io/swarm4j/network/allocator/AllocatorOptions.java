package io.swarm4j.network.allocator;

import io.swarm4j.model.Subnet;
import java.util.List;

/**
 * What an {@link Allocator} has to know of its surroundings.
 *
 * @param addressForEveryTask whether a service that listens on a port, but is on no network, gets
 *     an address on the ingress network for each of its tasks, so that all of them can listen on
 *     the same port of the same machine
 * @param foreignRoutes ranges that no network may overlap, such as the networks of the hosts
 */
public record AllocatorOptions(boolean addressForEveryTask, List<Subnet> foreignRoutes) {

  /** As the reference does it. */
  public static final AllocatorOptions DEFAULT = new AllocatorOptions(false, List.of());

  public AllocatorOptions {
    foreignRoutes = List.copyOf(foreignRoutes);
  }

  /** The same with an address for every task that listens, or not. */
  public AllocatorOptions withAddressForEveryTask(boolean every) {
    return new AllocatorOptions(every, foreignRoutes);
  }

  /** The same with other foreign routes. */
  public AllocatorOptions withForeignRoutes(List<Subnet> routes) {
    return new AllocatorOptions(addressForEveryTask, routes);
  }
}
