package io.swarm4j.network.ipam;

import io.swarm4j.model.Id;
import io.swarm4j.model.Ip;
import io.swarm4j.model.NetworkId;
import io.swarm4j.model.NetworkSpec.IpPool;
import io.swarm4j.model.ServiceId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The addresses of all networks of a swarm, by network.
 *
 * <p>A network may have several pools. Whoever asks gets one address per address family that the
 * network has, from the first pool of the family that has one free.
 *
 * <p>Mutable and not thread-safe.
 */
public final class AddressAllocator {
  private final Map<NetworkId, List<AddressPool>> networks = new HashMap<>();
  private final CoolDown coolDown;

  /** Freed addresses are given out again when no other is left. */
  public AddressAllocator() {
    this(CoolDown.NONE);
  }

  /** Freed addresses have to cool down. */
  public AddressAllocator(CoolDown coolDown) {
    this.coolDown = coolDown;
  }

  /** Takes a network into service, or adds to it those of {@code pools} that it does not have. */
  public void open(NetworkId network, List<IpPool> pools) {
    List<AddressPool> present = networks.computeIfAbsent(network, id -> new ArrayList<>());
    for (IpPool pool : pools) {
      AddressPool fresh = new AddressPool(pool, coolDown);
      if (present.stream().noneMatch(other -> other.subnet().equals(fresh.subnet()))) {
        present.add(fresh);
      }
    }
  }

  /** Forgets a network and all who hold addresses of it. */
  public void close(NetworkId network) {
    networks.remove(network);
  }

  /** Gives {@code holder} one address per family; empty, with nothing changed, if one is short. */
  public List<Ip> allocate(NetworkId network, Id holder) {
    List<AddressPool> pools = pools(network);
    if (pools.size() == 1) {
      Ip ip = pools.get(0).allocate(holder);
      return ip == null ? List.of() : List.of(ip);
    }
    Ip v4 = next(pools, true, holder);
    Ip v6 = next(pools, false, holder);
    boolean short4 = v4 == null && hasFamily(pools, true);
    boolean short6 = v6 == null && hasFamily(pools, false);
    List<Ip> given = new ArrayList<>(2);
    for (Ip ip : new @Nullable Ip[] {v4, v6}) {
      if (ip != null) {
        given.add(ip);
      }
    }
    if (short4 || short6) {
      given.forEach(ip -> giveBack(network, ip, holder));
      return List.of();
    }
    return List.copyOf(given);
  }

  /**
   * As {@link #allocate(NetworkId, Id)}, with an address of the service's choice in place of the
   * next one of its family.
   *
   * @param fixed was reserved before
   */
  public List<Ip> allocate(NetworkId network, Id task, ServiceId service, Ip fixed) {
    AddressPool pool = poolOf(network, fixed);
    if (pool == null || !pool.take(fixed, service, task)) {
      return List.of();
    }
    List<AddressPool> pools = pools(network);
    if (!hasFamily(pools, !fixed.isV4())) {
      return List.of(fixed);
    }
    Ip other = next(pools, !fixed.isV4(), task);
    if (other == null) {
      pool.giveBack(fixed, task);
      return List.of();
    }
    return List.of(fixed, other);
  }

  /** See {@link AddressPool#reserve}. */
  public boolean reserve(NetworkId network, Ip ip, ServiceId service, Predicate<Id> own) {
    AddressPool pool = poolOf(network, ip);
    return pool != null && pool.reserve(ip, service, own);
  }

  /** See {@link AddressPool#unreserve}. */
  public void unreserve(NetworkId network, Ip ip, ServiceId service) {
    AddressPool pool = poolOf(network, ip);
    if (pool != null) {
      pool.unreserve(ip, service);
    }
  }

  /** See {@link AddressPool#restore}. */
  public boolean restore(NetworkId network, Ip ip, Id holder) {
    AddressPool pool = poolOf(network, ip);
    return pool != null && pool.restore(ip, holder);
  }

  /** See {@link AddressPool#release}; also false if there is no such network. */
  public boolean release(NetworkId network, Ip ip, Id holder) {
    AddressPool pool = poolOf(network, ip);
    return pool != null && pool.release(ip, holder);
  }

  /** See {@link AddressPool#giveBack}. */
  public void giveBack(NetworkId network, Ip ip, Id holder) {
    AddressPool pool = poolOf(network, ip);
    if (pool != null) {
      pool.giveBack(ip, holder);
    }
  }

  /** How long it is until an address of a network has cooled down; null if none has to. */
  public @Nullable Duration untilNext(NetworkId network) {
    return pools(network).stream()
        .map(AddressPool::untilNext)
        .filter(Objects::nonNull)
        .filter(wait -> wait.compareTo(Duration.ZERO) > 0)
        .min(Comparator.naturalOrder())
        .orElse(null);
  }

  /** Who holds an address; null if nobody does. */
  public @Nullable Id holder(NetworkId network, Ip ip) {
    AddressPool pool = poolOf(network, ip);
    return pool == null ? null : pool.holder(ip);
  }

  /** All addresses of a network that have a holder. */
  public SortedMap<Ip, Id> holders(NetworkId network) {
    SortedMap<Ip, Id> all = new TreeMap<>();
    pools(network).forEach(pool -> all.putAll(pool.holders()));
    return all;
  }

  /** How full the pools of a network are. */
  public List<PoolUsage> usage(NetworkId network) {
    return pools(network).stream()
        .map(pool -> new PoolUsage(pool.subnet(), pool.total(), pool.held()))
        .toList();
  }

  private List<AddressPool> pools(NetworkId network) {
    return networks.getOrDefault(network, List.of());
  }

  private @Nullable AddressPool poolOf(NetworkId network, Ip ip) {
    List<AddressPool> pools = pools(network);
    if (pools.size() == 1) {
      return pools.get(0); // its own bounds decide
    }
    for (AddressPool pool : pools) {
      if (pool.subnet().contains(ip)) {
        return pool;
      }
    }
    return null;
  }

  private static boolean hasFamily(List<AddressPool> pools, boolean v4) {
    for (AddressPool pool : pools) {
      if (Ranges.isV4(pool.subnet()) == v4) {
        return true;
      }
    }
    return false;
  }

  private static @Nullable Ip next(List<AddressPool> pools, boolean v4, Id holder) {
    for (AddressPool pool : pools) {
      Ip ip = Ranges.isV4(pool.subnet()) == v4 ? pool.allocate(holder) : null;
      if (ip != null) {
        return ip;
      }
    }
    return null;
  }
}
