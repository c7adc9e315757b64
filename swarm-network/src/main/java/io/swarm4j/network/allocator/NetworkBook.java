package io.swarm4j.network.allocator;

import io.swarm4j.model.ClusterSpec;
import io.swarm4j.model.Id;
import io.swarm4j.model.Ip;
import io.swarm4j.model.Network;
import io.swarm4j.model.NetworkId;
import io.swarm4j.model.NetworkSpec.IpPool;
import io.swarm4j.model.Subnet;
import io.swarm4j.network.Networks;
import io.swarm4j.network.ipam.AddressAllocator;
import io.swarm4j.network.ipam.AddressPool;
import io.swarm4j.network.ipam.PoolUsage;
import io.swarm4j.network.ipam.SubnetAllocator;
import io.swarm4j.store.State;
import io.swarm4j.store.Transaction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** The networks' subnets and identifiers, and the addresses in use on them. */
final class NetworkBook {
  /** Where IPv6 subnets come from if the cluster names no pool for them; a unique local range. */
  private static final Subnet DEFAULT_V6_POOL = Subnet.parse("fd53:7761:726d::/48");

  private static final int V6_PREFIX = 64;

  private final AddressAllocator addresses;
  private final SubnetAllocator subnets;
  private final Vnis vnis = new Vnis();
  private final Waiters waiters;
  private @Nullable NetworkId ingress;

  /** Networks whose freed addresses are looked at again when they have cooled down. */
  private final Set<NetworkId> cooling = new HashSet<>();

  private final BiConsumer<Duration, Runnable> later;

  /**
   * No network.
   *
   * @param later does something after a time, and then gives those who wait another chance
   */
  NetworkBook(
      SubnetAllocator subnets,
      AddressAllocator addresses,
      Waiters waiters,
      BiConsumer<Duration, Runnable> later) {
    this.subnets = subnets;
    this.addresses = addresses;
    this.waiters = waiters;
    this.later = later;
  }

  AddressAllocator addresses() {
    return addresses;
  }

  /** The network that carries published ports. */
  @Nullable NetworkId ingress() {
    return ingress;
  }

  /** Takes note of a network as it is stored. */
  void note(Network network) {
    if (network.spec().ingress()) {
      ingress = network.id();
    }
    if (!network.pools().isEmpty()) {
      network.pools().forEach(pool -> subnets.take(pool.subnet(), network.id()));
      addresses.open(network.id(), network.pools());
      vnis.restore(network.vni(), network.id());
    }
  }

  void forget(Network network) {
    if (network.id().equals(ingress)) {
      ingress = null;
    }
    subnets.release(network.id(), network.pools().stream().map(IpPool::subnet).toList());
    addresses.close(network.id());
    vnis.release(network.vni(), network.id());
  }

  /** Sees to it that a network has the subnets it wants; tells why it can not have them. */
  @Nullable Shortage open(Transaction tx, NetworkId id) {
    Network network = tx.network(id);
    if (network == null) {
      return Shortage.ofNetworks("network", "network " + id + " was removed");
    }
    if (!Networks.hasAddresses(network)) {
      return null;
    }
    List<IpPool> pools = new ArrayList<>(network.pools());
    for (IpPool wanted : network.spec().pools()) {
      if (pools.stream().noneMatch(pool -> pool.subnet().first().equals(wanted.subnet().first()))) {
        SubnetAllocator.Clash clash = subnets.clash(wanted.subnet(), null);
        if (clash != null) {
          return Shortage.ofNetworks("subnet", refusal(tx, network, clash));
        }
        pools.add(withGateway(wanted));
      }
    }
    Shortage shortage = addDefaults(tx, network, pools);
    if (shortage == null && !pools.equals(network.pools())) {
      int vni = network.vni() == 0 ? vnis.take(id) : network.vni();
      note(tx.put(network.withPools(pools, vni)));
      waiters.freed(id);
    }
    return shortage;
  }

  private static String refusal(State state, Network network, SubnetAllocator.Clash clash) {
    Network other = clash.network() == null ? null : state.network(clash.network());
    return "network '"
        + network.name()
        + "' can not be used: "
        + clash.text(other == null ? "" : other.name());
  }

  /** Adds a subnet of the cluster's pools for each family that is wanted and has none. */
  private @Nullable Shortage addDefaults(State state, Network network, List<IpPool> pools) {
    ClusterSpec cluster = state.cluster().spec();
    List<Subnet> v4 = cluster.addressPools().stream().filter(p -> p.address().isV4()).toList();
    List<Subnet> v6 = cluster.addressPools().stream().filter(p -> !p.address().isV4()).toList();
    boolean hasV4 = pools.stream().anyMatch(pool -> pool.subnet().address().isV4());
    if (!hasV4 && !v4.isEmpty()) {
      Shortage shortage = addNext(network, pools, v4, cluster.subnetPrefix());
      if (shortage != null) {
        return shortage;
      }
    }
    boolean wantsV6 = network.spec().ipv6() || pools.isEmpty();
    if (wantsV6 && pools.stream().allMatch(pool -> pool.subnet().address().isV4())) {
      return addNext(network, pools, v6.isEmpty() ? List.of(DEFAULT_V6_POOL) : v6, V6_PREFIX);
    }
    return null;
  }

  private @Nullable Shortage addNext(
      Network network, List<IpPool> pools, List<Subnet> sources, int prefix) {
    Subnet subnet = subnets.next(sources, prefix);
    if (subnet == null) {
      return Shortage.ofNetworks(
          "subnet",
          "no /"
              + prefix
              + " is free in the address pools "
              + sources
              + " for network '"
              + network.name()
              + "'; remove networks, or give it a subnet of its own");
    }
    pools.add(withGateway(new IpPool(subnet, null, null, Map.of())));
    return null;
  }

  private static IpPool withGateway(IpPool pool) {
    return new IpPool(pool.subnet(), pool.range(), AddressPool.gateway(pool), pool.reserved());
  }

  /** Takes an address back from {@code holder}, if it is its, for the next who waits. */
  void release(NetworkId network, Ip address, Id holder) {
    if (addresses.release(network, address, holder)) {
      waiters.freed(network);
    }
  }

  /** What to tell those who found no address on a network. */
  Shortage usedUp(State state, NetworkId id) {
    Duration wait = addresses.untilNext(id);
    if (wait != null && cooling.add(id)) {
      later.accept(
          wait,
          () -> {
            cooling.remove(id);
            waiters.freed(id);
          });
    }
    Network network = state.network(id);
    String name = network == null ? id.toString() : network.name();
    List<PoolUsage> usage = addresses.usage(id);
    String pools = String.join("; ", usage.stream().map(PoolUsage::toString).toList());
    return Shortage.usedUp(
        id,
        (usage.size() == 1
                ? "pool "
                    + usage.get(0).subnet()
                    + " of network '"
                    + name
                    + "' is used up: "
                    + usage.get(0).held()
                    + " of "
                    + usage.get(0).total()
                    + " addresses are held"
                : "the pools of network '" + name + "' are used up: " + pools)
            + "; remove tasks or give the network a further pool");
  }
}
