package io.swarm4j.network.allocator;

import io.swarm4j.model.Check;
import io.swarm4j.model.Subnet;
import java.time.Duration;
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
 * @param coolDown how long an address that was freed is given to nobody
 */
public record AllocatorOptions(
    boolean addressForEveryTask,
    boolean addressForEveryNode,
    List<Subnet> foreignRoutes,
    Duration coolDown) {

  /** As the reference does it, and two seconds for addresses to cool down. */
  public static final AllocatorOptions DEFAULT =
      new AllocatorOptions(false, false, List.of(), Duration.ofSeconds(2));

  public AllocatorOptions {
    foreignRoutes = List.copyOf(foreignRoutes);
    Check.of("AllocatorOptions")
        .that(!coolDown.isNegative(), "coolDown", coolDown, "zero or more")
        .orThrow();
  }

  /** The same with an address for every task that listens, or not. */
  public AllocatorOptions withAddressForEveryTask(boolean every) {
    return new AllocatorOptions(every, addressForEveryNode, foreignRoutes, coolDown);
  }

  /** The same with an address for every node, or not. */
  public AllocatorOptions withAddressForEveryNode(boolean every) {
    return new AllocatorOptions(addressForEveryTask, every, foreignRoutes, coolDown);
  }

  /** The same with other foreign routes. */
  public AllocatorOptions withForeignRoutes(List<Subnet> routes) {
    return new AllocatorOptions(addressForEveryTask, addressForEveryNode, routes, coolDown);
  }

  /** The same with another time for addresses to cool down. */
  public AllocatorOptions withCoolDown(Duration length) {
    return new AllocatorOptions(addressForEveryTask, addressForEveryNode, foreignRoutes, length);
  }
}
