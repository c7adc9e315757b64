package io.swarm4j.network.ipam;

import io.swarm4j.model.Fault;
import io.swarm4j.model.Network;
import io.swarm4j.model.NetworkId;
import io.swarm4j.model.NetworkSpec;
import io.swarm4j.model.NetworkSpec.IpPool;
import io.swarm4j.model.Subnet;
import io.swarm4j.store.State;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Tells, when a network is created or updated, which of its subnets are not free. */
public final class SubnetConflicts {
  private SubnetConflicts() {}

  /**
   * The faults of a spec with regard to other networks and the world outside.
   *
   * @param self the network that is updated; null for a new one
   * @param foreignRoutes ranges that belong to others, such as the networks of the hosts
   */
  public static List<Fault> check(
      State state, NetworkSpec spec, @Nullable NetworkId self, List<Subnet> foreignRoutes) {
    if (spec.pools().isEmpty()) {
      return List.of();
    }
    SubnetAllocator subnets = new SubnetAllocator(foreignRoutes);
    for (Network network : state.networks()) {
      if (!network.id().equals(self)) {
        allPools(network).forEach(pool -> subnets.take(pool.subnet(), network.id()));
      }
    }
    List<Fault> faults = new ArrayList<>();
    for (int i = 0; i < spec.pools().size(); i++) {
      Subnet wanted = spec.pools().get(i).subnet();
      SubnetAllocator.Clash clash = subnets.clash(wanted, self);
      if (clash != null) {
        Network other = clash.network() == null ? null : state.network(clash.network());
        faults.add(
            new Fault(
                Fault.Code.IN_USE,
                "pools[" + i + "].subnet",
                wanted.toString(),
                "another subnet: " + clash.text(other == null ? "" : other.name())));
      }
    }
    return faults;
  }

  private static List<IpPool> allPools(Network network) {
    List<IpPool> all = new ArrayList<>(network.spec().pools());
    all.addAll(network.pools());
    return all;
  }
}
