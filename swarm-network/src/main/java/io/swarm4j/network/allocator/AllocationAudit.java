package io.swarm4j.network.allocator;

import io.swarm4j.model.Attachment;
import io.swarm4j.model.Endpoint.VirtualIp;
import io.swarm4j.model.Id;
import io.swarm4j.model.Ip;
import io.swarm4j.model.Network;
import io.swarm4j.model.NetworkId;
import io.swarm4j.model.Node;
import io.swarm4j.model.PortSpec;
import io.swarm4j.model.PortSpec.PublishMode;
import io.swarm4j.model.Service;
import io.swarm4j.model.ServiceId;
import io.swarm4j.model.StoreObject;
import io.swarm4j.model.Task;
import io.swarm4j.network.ipam.AddressPool;
import io.swarm4j.network.ipam.Holdings;
import io.swarm4j.network.ports.PortKey;
import io.swarm4j.store.Change;
import io.swarm4j.store.Commit;
import io.swarm4j.store.State;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Follows from commit to commit who holds which address and published port, and tells of each that
 * gets a second holder or can have none.
 *
 * <p>A commit takes time proportional to what it touches, however large the swarm is. Not
 * thread-safe.
 */
public final class AllocationAudit {
  private final Map<Claim, Id> holders = new LinkedHashMap<>();
  private final Map<ServiceId, List<Claim>> ofServices = new HashMap<>();
  private final Map<NetworkId, List<AddressPool>> pools = new HashMap<>();
  private long revision;

  /** Something that can have one holder. */
  private sealed interface Claim {}

  private record Address(NetworkId network, Ip ip) implements Claim {
    @Override
    public String toString() {
      return "address " + ip + " of network " + network;
    }
  }

  private record Port(PortKey key) implements Claim {
    @Override
    public String toString() {
      return key.toString();
    }
  }

  private AllocationAudit() {}

  /**
   * Looks at all of a state.
   *
   * @param defect hears, in words, what is wrong
   */
  public static AllocationAudit of(State state, Consumer<String> defect) {
    AllocationAudit audit = new AllocationAudit();
    audit.revision = state.revision();
    AllocationCheck.verifyNetworks(state, defect);
    state.networks().forEach(audit::learn);
    state.services().forEach(service -> audit.take(state, service, defect));
    state.tasks().forEach(task -> audit.take(task, defect));
    state.nodes().forEach(node -> audit.take(node, defect));
    return audit;
  }

  /** The revision up to which it has looked. */
  public long revision() {
    return revision;
  }

  /**
   * Looks at what the next commit touched.
   *
   * @param defect hears, in words, what is wrong since
   */
  public void follow(Commit commit, Consumer<String> defect) {
    revision = commit.revision();
    State after = commit.after();
    List<Change> changes = commit.changes().stream().filter(AllocationAudit::concerns).toList();
    Set<ServiceId> services = new LinkedHashSet<>();
    Set<NetworkId> networks = new LinkedHashSet<>();
    for (Change change : changes) {
      claimsOf(change.before()).forEach(claim -> holders.remove(claim, change.id()));
      if (change.latest() instanceof Service service) {
        services.add(service.id());
      } else if (change.latest() instanceof Task task && change.after() == null) {
        services.add(task.serviceId()); // which may have waited for its last task to go
      } else if (change.latest() instanceof Network network) {
        networks.add(network.id());
      }
    }
    services.forEach(this::release);
    if (!networks.isEmpty()) {
      AllocationCheck.verifyNetworks(after, defect);
      networks.forEach(id -> review(after, id, defect));
    }
    for (ServiceId id : services) {
      Service service = after.service(id);
      if (service != null) {
        take(after, service, defect);
      }
    }
    changes.forEach(change -> take(change.after(), defect));
  }

  private static boolean concerns(Change change) {
    if (change.before() instanceof Network before && change.after() instanceof Network after) {
      return before.vni() != after.vni() || !before.pools().equals(after.pools());
    }
    return !(change.before() instanceof Task || change.before() instanceof Node)
        || change.after() == null
        || !claimsOf(change.before()).equals(claimsOf(change.after()));
  }

  private void release(ServiceId service) {
    List<Claim> held = ofServices.remove(service);
    if (held != null) {
      held.forEach(claim -> holders.remove(claim, service));
    }
  }

  private void learn(Network network) {
    pools.put(network.id(), network.pools().stream().map(AddressPool::new).toList());
  }

  /** A network has changed or is gone, and all that is held there must fit it. */
  private void review(State state, NetworkId id, Consumer<String> defect) {
    pools.remove(id);
    Network network = state.network(id);
    if (network != null) {
      learn(network);
    }
    holders.forEach(
        (claim, holder) -> {
          if (claim instanceof Address address && address.network().equals(id)) {
            mustFit(address, holder, defect);
          }
        });
  }

  private void take(@Nullable StoreObject object, Consumer<String> defect) {
    if (object != null) {
      claimsOf(object).forEach(claim -> take(claim, object.id(), defect));
    }
  }

  private void take(State state, Service service, Consumer<String> defect) {
    if (Holdings.isHolder(state, service)) {
      List<Claim> claims = claimsOf(service);
      ofServices.put(service.id(), claims);
      claims.forEach(claim -> take(claim, service.id(), defect));
    }
  }

  private void take(Claim claim, Id id, Consumer<String> defect) {
    Id other = holders.putIfAbsent(claim, id);
    if (other != null) {
      defect.accept(claim + " is held by " + other + " and " + id);
    }
    if (claim instanceof Address address) {
      mustFit(address, id, defect);
    } else if (claim instanceof Port port && port.key().port() == 0) {
      defect.accept("service " + id + " has an endpoint with an open port: " + port);
    }
  }

  private void mustFit(Address address, Id holder, Consumer<String> defect) {
    if (pools.getOrDefault(address.network(), List.of()).stream()
        .noneMatch(pool -> pool.isUsable(address.ip()))) {
      defect.accept(address + ", held by " + holder + ", is not one of that network's");
    }
  }

  /** What a task or node has. */
  private static List<Claim> claimsOf(@Nullable StoreObject object) {
    if (object instanceof Task task && Holdings.isHolder(task)) {
      return claimsOf(task.attachments());
    }
    return object instanceof Node node ? claimsOf(node.attachments()) : List.of();
  }

  private static List<Claim> claimsOf(List<Attachment> attachments) {
    return attachments.stream()
        .map(attachment -> (Claim) new Address(attachment.network(), attachment.address()))
        .toList();
  }

  private static List<Claim> claimsOf(Service service) {
    List<Claim> claims = new ArrayList<>();
    for (VirtualIp vip : service.endpoint().virtualIps()) {
      claims.add(new Address(vip.network(), vip.address()));
    }
    for (PortSpec port : service.endpoint().ports()) {
      if (port.publishMode() == PublishMode.INGRESS) {
        claims.add(new Port(PortKey.of(port)));
      }
    }
    return claims;
  }
}
