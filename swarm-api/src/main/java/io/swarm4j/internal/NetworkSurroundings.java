package io.swarm4j.internal;

import io.swarm4j.NodeNetwork;
import io.swarm4j.model.Fault;
import io.swarm4j.model.NetworkId;
import io.swarm4j.model.NetworkSpec;
import io.swarm4j.model.Subnet;
import io.swarm4j.network.ipam.SubnetConflicts;
import io.swarm4j.store.State;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a network has to fit into.
 *
 * @param foreignRoutes ranges that belong to others, such as the networks of the hosts
 * @param planes data planes that came with the runtimes of nodes
 */
record NetworkSurroundings(List<Subnet> foreignRoutes, List<NodeNetwork> planes) {
  static final NetworkSurroundings NONE = new NetworkSurroundings(List.of(), List.of());

  /**
   * Why a network cannot be.
   *
   * @param self the network that is changed; null for a new one
   */
  List<Fault> check(State state, NetworkSpec spec, @Nullable NetworkId self) {
    List<Fault> faults = new ArrayList<>(SubnetConflicts.check(state, spec, self, foreignRoutes));
    planes.stream()
        .flatMap(plane -> plane.unsupported(spec).stream())
        .distinct()
        .forEach(faults::add);
    return faults;
  }
}
