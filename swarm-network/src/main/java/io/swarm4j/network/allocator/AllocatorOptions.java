package io.swarm4j.network.allocator;

import io.swarm4j.model.Subnet;
import java.util.List;

/**
 * What an {@link Allocator} has to know of its surroundings.
 *
 * @param addressForEveryTask whether the tasks of a service that is on no network get an address
 *     each on the ingress network, so that all of them can listen on the same port of the same
 *     machine
 * @param addressForEveryNode whether a node gets an address of its own on each network that its
 *     tasks use, and on the ingress network, as kernel data planes need it
 * @param foreignRoutes ranges that no network may overlap, such as the networks of the hosts
 */
public record AllocatorOptions(
    boolean addressForEveryTask, boolean addressForEveryNode, List<Subnet> foreignRoutes) {

  /** As the reference does it. */
  public static final AllocatorOptions DEFAULT = new AllocatorOptions(false, false, List.of());

  public AllocatorOptions {
    foreignRoutes = List.copyOf(foreignRoutes);
  }

  /** The same with an address for every task that listens, or not. */
  public AllocatorOptions withAddressForEveryTask(boolean every) {
    return new AllocatorOptions(every, addressForEveryNode, foreignRoutes);
  }

  /** The same with an address for every node, or not. */
  public AllocatorOptions withAddressForEveryNode(boolean every) {
    return new AllocatorOptions(addressForEveryTask, every, foreignRoutes);
  }

  /** The same with other foreign routes. */
  public AllocatorOptions withForeignRoutes(List<Subnet> routes) {
    return new AllocatorOptions(addressForEveryTask, addressForEveryNode, routes);
  }
}
