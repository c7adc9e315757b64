package io.swarm4j.network.ipam;

import io.swarm4j.model.Ip;
import io.swarm4j.model.NetworkId;
import io.swarm4j.model.Subnet;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The subnets of all networks of a swarm, which never overlap each other or a foreign route.
 *
 * <p>The lowest free one is next. Mutable and not thread-safe.
 */
public final class SubnetAllocator {
  private final List<Subnet> foreignRoutes;
  private final TreeMap<Ip, Taken> taken = new TreeMap<>();

  /** Per pool and prefix, where the search goes on; nothing before it is free. */
  private final Map<Hint, Ip> hints = new HashMap<>();

  /**
   * No subnet taken.
   *
   * @param foreignRoutes ranges that belong to others, such as the networks of the hosts; they may
   *     overlap each other; default routes do not count
   */
  public SubnetAllocator(List<Subnet> foreignRoutes) {
    this.foreignRoutes =
        foreignRoutes.stream().filter(route -> route.prefix() > 0).map(Ranges::aligned).toList();
  }

  /**
   * What stands in the way of a subnet.
   *
   * @param wanted the subnet
   * @param present what it overlaps
   * @param network whose that is; null for a foreign route
   */
  public record Clash(Subnet wanted, Subnet present, @Nullable NetworkId network) {

    /**
     * The refusal as text.
     *
     * @param networkName name of {@link #network()}; not used for a foreign route
     */
    public String text(String networkName) {
      return "subnet "
          + wanted
          + " overlaps "
          + present
          + (network == null
              ? ", a route outside the swarm"
              : " of network '" + networkName + "' (" + network + ")");
    }
  }

  /** What overlaps {@code subnet}, not counting what {@code self} has; null if it is free. */
  public @Nullable Clash clash(Subnet subnet, @Nullable NetworkId self) {
    for (Subnet route : foreignRoutes) {
      if (route.overlaps(subnet)) {
        return new Clash(subnet, route, null);
      }
    }
    Map.Entry<Ip, Taken> at = taken.floorEntry(subnet.first());
    if (at == null || !at.getValue().subnet.overlaps(subnet)) {
      at = taken.higherEntry(subnet.first());
    }
    Ip last = Ranges.last(subnet);
    while (at != null) {
      Taken other = at.getValue();
      if (!other.subnet.overlaps(subnet) || at.getKey().compareTo(last) > 0) {
        return null;
      }
      if (!other.network.equals(self)) {
        return new Clash(subnet, other.subnet, other.network);
      }
      at = taken.higherEntry(at.getKey());
    }
    return null;
  }

  /** Gives {@code subnet} to a network; the caller has made sure that it does not clash. */
  public void take(Subnet subnet, NetworkId network) {
    taken.put(subnet.first(), new Taken(Ranges.aligned(subnet), network));
  }

  /** Takes back all subnets of a network. */
  public void release(NetworkId network, List<Subnet> subnets) {
    for (Subnet subnet : subnets) {
      Taken present = taken.get(subnet.first());
      if (present != null && present.network.equals(network)) {
        taken.remove(subnet.first());
        hints.clear();
      }
    }
  }

  /**
   * The lowest free subnet, which is not taken by asking.
   *
   * @param pools ranges to look in, in this order
   * @param prefix prefix length of the subnet
   */
  public @Nullable Subnet next(List<Subnet> pools, int prefix) {
    for (Subnet pool : pools) {
      Hint hint = new Hint(Ranges.aligned(pool), prefix);
      Ip candidate = hints.getOrDefault(hint, pool.first());
      while (pool.contains(candidate)) {
        Subnet subnet = new Subnet(candidate, prefix);
        Clash clash = clash(subnet, null);
        if (clash == null) {
          hints.put(hint, candidate);
          return subnet;
        }
        candidate = Ranges.after(clash.present.prefix() < prefix ? clash.present : subnet);
      }
      hints.put(hint, candidate);
    }
    return null;
  }

  /** All subnets that are taken, in ascending order. */
  public List<Subnet> taken() {
    List<Subnet> all = new ArrayList<>();
    taken.values().forEach(entry -> all.add(entry.subnet));
    return all;
  }

  private record Taken(Subnet subnet, NetworkId network) {
    Taken {
      Objects.requireNonNull(network, "network");
    }
  }

  private record Hint(Subnet pool, int prefix) {}
}
