package io.swarm4j.network.allocator;

import io.swarm4j.model.Endpoint;
import io.swarm4j.model.Endpoint.VirtualIp;
import io.swarm4j.model.EndpointSpec.EndpointMode;
import io.swarm4j.model.Id;
import io.swarm4j.model.Ip;
import io.swarm4j.model.PortSpec;
import io.swarm4j.model.Service;
import io.swarm4j.model.ServiceId;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskId;
import io.swarm4j.network.allocator.Wishes.Wish;
import io.swarm4j.network.ports.PortAllocator;
import io.swarm4j.network.ports.PortAllocator.Assignment;
import io.swarm4j.network.ports.PortConflicts;
import io.swarm4j.network.ports.PortKey;
import io.swarm4j.store.State;
import io.swarm4j.store.Transaction;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What services hold: published ports, virtual addresses, fixed addresses for their tasks. */
final class ServiceBook {
  private final PortAllocator ports = new PortAllocator();
  private final Map<ServiceId, List<VirtualIp>> virtualIps = new HashMap<>();
  private final Map<ServiceId, List<VirtualIp>> reservations = new HashMap<>();
  private final Map<ServiceId, Shortage> shortages = new HashMap<>();
  private final NetworkBook networks;
  private final Waiters waiters;

  ServiceBook(NetworkBook networks, Waiters waiters) {
    this.networks = networks;
    this.waiters = waiters;
  }

  PortAllocator ports() {
    return ports;
  }

  /** What the service's present spec lacks; null if it has all. */
  @Nullable Shortage shortage(ServiceId id) {
    return shortages.isEmpty() ? null : shortages.get(id);
  }

  /** Whether the service has anything that would have to be released. */
  boolean holdsAnything(ServiceId id) {
    return virtualIps.containsKey(id)
        || reservations.containsKey(id)
        || shortages.containsKey(id)
        || !ports.portsOf(id).isEmpty();
  }

  /** Takes over what the store says that a service has; all tasks must have been noted before. */
  List<String> restore(State state, Service service) {
    List<String> defects = new ArrayList<>();
    for (PortSpec refused : ports.restore(service.id(), service.endpoint().ports())) {
      defects.add("port " + refused.published() + " has two holders");
    }
    List<VirtualIp> restored = new ArrayList<>();
    for (VirtualIp vip : service.endpoint().virtualIps()) {
      if (networks.addresses().restore(vip.network(), vip.address(), service.id())) {
        restored.add(vip);
      } else {
        defects.add("address " + vip.address() + " has two holders");
      }
    }
    remember(virtualIps, service.id(), restored);
    if (!service.isRemoved()) {
      List<VirtualIp> reserved = new ArrayList<>();
      reserve(state, service, Wishes.ofService(state, service.spec(), null), reserved);
      remember(reservations, service.id(), reserved);
    }
    return defects;
  }

  /** Gives a service what its spec wants, or leaves all as it is and tells what is short. */
  @Nullable Shortage allocate(Transaction tx, ServiceId id, Set<PortKey> spoken) {
    Service service = tx.service(id);
    if (service == null || service.isRemoved()) {
      return null;
    }
    Shortage shortage = tryAllocate(tx, service, spoken);
    if (shortage != null) {
      shortages.put(id, shortage);
    } else if (shortages.remove(id) != null) {
      waiters.freed(id);
    }
    return shortage;
  }

  private @Nullable Shortage tryAllocate(Transaction tx, Service service, Set<PortKey> spoken) {
    Wishes wishes = Wishes.ofService(tx, service.spec(), networks.ingress());
    if (wishes.shortage() != null) {
      return wishes.shortage();
    }
    for (Wish wish : wishes.networks()) {
      Shortage shortage = networks.open(tx, wish.network());
      if (shortage != null) {
        return shortage;
      }
    }
    List<VirtualIp> former = virtualIps.getOrDefault(service.id(), List.of());
    List<VirtualIp> formerlyReserved = reservations.getOrDefault(service.id(), List.of());
    List<VirtualIp> vips = new ArrayList<>();
    List<VirtualIp> reserved = new ArrayList<>();
    Shortage shortage = reserve(tx, service, wishes, reserved);
    if (shortage == null && service.spec().endpoint().mode() == EndpointMode.VIP) {
      shortage = allocateVirtualIps(tx, service, wishes, former, vips);
    }
    List<PortSpec> granted = List.of();
    if (shortage == null) {
      List<PortSpec> before = ports.portsOf(service.id());
      Assignment assignment = ports.assign(service.id(), service.spec().endpoint().ports(), spoken);
      if (assignment instanceof Assignment.Granted all) {
        granted = all.ports();
        if (!before.equals(granted)) {
          waiters.freed(Shortage.Scarce.PORTS);
        }
      } else {
        shortage = Shortage.ofPorts(refusal(tx, assignment));
      }
    }
    if (shortage != null) {
      releaseAll(service.id(), minus(vips, former));
      unreserveAll(service.id(), minus(reserved, formerlyReserved));
      return shortage;
    }
    releaseAll(service.id(), minus(former, vips));
    unreserveAll(service.id(), minus(formerlyReserved, reserved));
    remember(virtualIps, service.id(), vips);
    remember(reservations, service.id(), reserved);
    Endpoint endpoint = new Endpoint(granted, vips);
    if (!endpoint.equals(service.endpoint())) {
      tx.put(service.withEndpoint(endpoint));
    }
    return null;
  }

  private @Nullable Shortage reserve(
      State state, Service service, Wishes wishes, List<VirtualIp> reserved) {
    for (Wish wish : wishes.networks()) {
      Ip address = wish.address();
      if (address != null) {
        Predicate<Id> own =
            holder -> holder instanceof TaskId id && belongs(state.task(id), service.id());
        if (!networks.addresses().reserve(wish.network(), address, service.id(), own)) {
          return Shortage.ofAddress(
              wish.network(), "address " + address + " " + trouble(wish, address));
        }
        reserved.add(new VirtualIp(wish.network(), address));
      }
    }
    return null;
  }

  private String trouble(Wish wish, Ip address) {
    Id holder = networks.addresses().holder(wish.network(), address);
    return holder == null
        ? "is not one of network " + wish.network() + " that tasks can have"
        : "is held by "
            + (holder instanceof TaskId ? "task " : "service ")
            + holder
            + "; choose another one or wait until it is free";
  }

  private static boolean belongs(@Nullable Task task, ServiceId service) {
    return task != null && task.serviceId().equals(service);
  }

  private @Nullable Shortage allocateVirtualIps(
      State state, Service service, Wishes wishes, List<VirtualIp> former, List<VirtualIp> vips) {
    for (Wish wish : wishes.networks()) {
      int before = vips.size();
      former.stream().filter(vip -> vip.network().equals(wish.network())).forEach(vips::add);
      if (vips.size() == before) {
        List<Ip> fresh = networks.addresses().allocate(wish.network(), service.id());
        if (fresh.isEmpty()) {
          return networks.usedUp(state, wish.network());
        }
        fresh.forEach(ip -> vips.add(new VirtualIp(wish.network(), ip)));
      }
    }
    return null;
  }

  private static String refusal(State state, Assignment assignment) {
    if (assignment instanceof Assignment.Refused refused) {
      Service holder = state.service(refused.holder());
      return PortConflicts.text(
          refused.port().published(),
          holder == null ? "" : holder.name(),
          refused.holder(),
          refused.mode());
    }
    return "all ports from "
        + PortAllocator.DYNAMIC_FIRST
        + " to "
        + PortAllocator.DYNAMIC_LAST
        + " are in use; publish the port under a number outside of that range";
  }

  /** Takes back all that a service has. */
  void release(ServiceId id) {
    if (ports.release(id)) {
      waiters.freed(Shortage.Scarce.PORTS);
    }
    releaseAll(id, virtualIps.getOrDefault(id, List.of()));
    unreserveAll(id, reservations.getOrDefault(id, List.of()));
    virtualIps.remove(id);
    reservations.remove(id);
    shortages.remove(id);
    waiters.remove(id);
  }

  private void releaseAll(ServiceId id, List<VirtualIp> addresses) {
    addresses.forEach(vip -> networks.release(vip.network(), vip.address(), id));
  }

  private void unreserveAll(ServiceId id, List<VirtualIp> addresses) {
    for (VirtualIp reserved : addresses) {
      networks.addresses().unreserve(reserved.network(), reserved.address(), id);
      waiters.freed(reserved.network());
    }
  }

  private static List<VirtualIp> minus(List<VirtualIp> all, List<VirtualIp> without) {
    return all.stream().filter(vip -> !without.contains(vip)).toList();
  }

  private static void remember(
      Map<ServiceId, List<VirtualIp>> map, ServiceId id, List<VirtualIp> list) {
    if (list.isEmpty()) {
      map.remove(id);
    } else {
      map.put(id, List.copyOf(list));
    }
  }
}
