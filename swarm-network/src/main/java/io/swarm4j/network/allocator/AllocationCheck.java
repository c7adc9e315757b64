package io.swarm4j.network.allocator;

import io.swarm4j.model.Id;
import io.swarm4j.model.Ip;
import io.swarm4j.model.Network;
import io.swarm4j.model.NetworkAttachmentSpec;
import io.swarm4j.model.NetworkId;
import io.swarm4j.model.NetworkSpec.IpPool;
import io.swarm4j.model.PortSpec;
import io.swarm4j.model.PortSpec.Protocol;
import io.swarm4j.model.PortSpec.PublishMode;
import io.swarm4j.model.Reason;
import io.swarm4j.model.Service;
import io.swarm4j.model.Service.SpecRevision;
import io.swarm4j.model.ServiceId;
import io.swarm4j.model.Subnet;
import io.swarm4j.model.Task;
import io.swarm4j.network.Networks;
import io.swarm4j.network.ipam.Holdings;
import io.swarm4j.store.State;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The invariant of allocation: every subnet, VXLAN identifier, address and published port has
 * exactly one holder, and every holder lives.
 */
public final class AllocationCheck {
  private AllocationCheck() {}

  /** What is wrong in {@code state}, in words; empty if nothing is. */
  public static List<String> verify(State state) {
    List<String> defects = new ArrayList<>();
    AllocationAudit.of(state, defects::add);
    return defects;
  }

  /** Whether subnets and VXLAN identifiers are those of one network each. */
  static void verifyNetworks(State state, Consumer<String> defect) {
    Map<Integer, NetworkId> vnis = new HashMap<>();
    Map<Subnet, NetworkId> subnets = new TreeMap<>((a, b) -> a.first().compareTo(b.first()));
    for (Network network : state.networks()) {
      if (!network.pools().isEmpty() && vnis.put(network.vni(), network.id()) != null) {
        defect.accept("VXLAN identifier " + network.vni() + " is given to two networks");
      }
      for (IpPool pool : network.pools()) {
        if (subnets.put(pool.subnet(), network.id()) != null) {
          defect.accept("subnet " + pool.subnet() + " is given to two networks");
        }
      }
    }
    Subnet last = null;
    for (Subnet subnet : subnets.keySet()) {
      if (last != null && last.overlaps(subnet)) {
        defect.accept("subnets " + last + " and " + subnet + " overlap");
      }
      last = subnet;
    }
  }

  private static List<PortSpec> holderPorts(State state, Service service) {
    return Holdings.isHolder(state, service)
        ? service.endpoint().ports().stream()
            .filter(port -> port.publishMode() == PublishMode.INGRESS)
            .toList()
        : List.of();
  }

  /** Tasks that wait for an address although every network that they shall be in has a free one. */
  public static List<String> needlessWaits(State state) {
    List<String> found = new ArrayList<>();
    Holdings holdings = Holdings.of(state);
    for (Task task : state.tasks()) {
      if (task.isDesiredAlive()
          && task.status().reason() instanceof Reason.Allocation wait
          && wait.resource().equals(Shortage.ADDRESS)
          && hasFreeAddresses(state, holdings, task)) {
        found.add("task " + state.nameOf(task) + " waits for an address: " + wait.detail());
      }
    }
    return found;
  }

  private static boolean hasFreeAddresses(State state, Holdings holdings, Task task) {
    List<@Nullable Network> networks = new ArrayList<>();
    networks.add(Networks.ingress(state));
    for (NetworkAttachmentSpec wish : state.specOf(task).task().networks()) {
      if (wish.address() != null) {
        return false; // that one may be taken
      }
      networks.add(Networks.find(state, wish.network()));
    }
    return networks.stream()
        .allMatch(
            network ->
                network != null
                    && holdings.usage(network).stream().anyMatch(usage -> usage.free() > 0));
  }

  /** Where a ledger and the store do not agree on who holds what. */
  static List<String> differences(Ledger ledger, State state) {
    List<String> found = new ArrayList<>();
    Holdings holdings = Holdings.of(state);
    for (Network network : state.networks()) {
      SortedMap<Ip, Id> remembered = ledger.networks().addresses().holders(network.id());
      SortedMap<Ip, Id> stored = new TreeMap<>();
      holdings.of(network.id()).forEach((ip, holders) -> stored.put(ip, holders.get(0)));
      remembered.entrySet().removeIf(entry -> isReservation(state, network, entry, stored));
      if (!remembered.equals(stored)) {
        found.add("network " + network.name() + ": stored " + stored + ", ledger " + remembered);
      }
    }
    for (Protocol protocol : Protocol.values()) {
      SortedMap<Integer, ServiceId> stored = new TreeMap<>();
      for (Service service : state.services()) {
        holderPorts(state, service).stream()
            .filter(port -> port.protocol() == protocol)
            .forEach(port -> stored.put(port.published(), service.id()));
      }
      SortedMap<Integer, ServiceId> remembered = ledger.services().ports().holders(protocol);
      if (!remembered.equals(stored)) {
        found.add(protocol + " ports: stored " + stored + ", ledger " + remembered);
      }
    }
    return found;
  }

  /**
   * An address that its service has set aside, and that no task of it uses now. While a new spec
   * waits for something scarce, what an earlier one was given stays.
   */
  private static boolean isReservation(
      State state, Network network, Map.Entry<Ip, Id> held, SortedMap<Ip, Id> stored) {
    if (stored.containsKey(held.getKey()) || !(held.getValue() instanceof ServiceId id)) {
      return false;
    }
    Service service = state.service(id);
    return service != null
        && Stream.concat(
                Stream.of(service.spec()), service.history().stream().map(SpecRevision::spec))
            .flatMap(spec -> spec.task().networks().stream())
            .anyMatch(
                wish ->
                    held.getKey().equals(wish.address())
                        && network.equals(Networks.find(state, wish.network())));
  }
}
