package io.swarm4j.network.dataplane.kernel;

import io.swarm4j.model.Attachment;
import io.swarm4j.model.Ip;
import io.swarm4j.model.Network;
import io.swarm4j.model.NetworkId;
import io.swarm4j.model.NetworkSpec.IpPool;
import io.swarm4j.model.Node;
import io.swarm4j.model.NodeId;
import io.swarm4j.model.StoreObject;
import io.swarm4j.model.Subnet;
import io.swarm4j.network.dataplane.kernel.KernelConfig.Overlay;
import io.swarm4j.network.dataplane.kernel.KernelConfig.Remote;
import io.swarm4j.store.Change;
import io.swarm4j.store.State;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The overlays that a node's tasks use, and who is on them, kept network by network: what a change
 * does not concern stays the same object. Not thread-safe.
 */
final class Overlays {
  private final NodeId node;
  private final Locations locations = new Locations();
  private final Map<NetworkId, Part> parts = new HashMap<>();
  private @Nullable Set<Ip> here;

  /** An overlay, and the IPv4 addresses on it that are at this node. */
  private record Part(Overlay overlay, Set<Ip> here) {}

  /** What of a node is of importance to others: where it is. */
  private record Place(String address, List<Attachment> attachments) {
    static @Nullable Place of(@Nullable StoreObject object) {
      return object instanceof Node node
          ? new Place(node.status().address(), node.attachments())
          : null;
    }
  }

  /** What of a network its overlays depend on. */
  private record Range(int vni, List<IpPool> pools) {
    static @Nullable Range of(@Nullable StoreObject object) {
      return object instanceof Network network ? new Range(network.vni(), network.pools()) : null;
    }
  }

  Overlays(NodeId node) {
    this.node = node;
  }

  void reset(State state) {
    locations.reset(state);
    forgetAll();
  }

  private void forgetAll() {
    parts.clear();
    here = null;
  }

  /** Follows the state; whether anything can be other than before. */
  boolean apply(List<Change> changes, State state) {
    boolean changed = false;
    for (NetworkId touched : locations.apply(changes)) {
      changed |= forget(touched, state);
    }
    for (Change change : changes) {
      if (!Objects.equals(Place.of(change.before()), Place.of(change.after()))) {
        forgetAll();
        changed = true;
      } else if (change.latest() instanceof Network network
          && !Objects.equals(Range.of(change.before()), Range.of(change.after()))) {
        changed |= forget(network.id(), state);
      }
    }
    return changed;
  }

  /** Whether it is of any importance here. */
  private boolean forget(NetworkId network, State state) {
    boolean known = parts.remove(network) != null;
    if (known) {
      here = null;
    }
    return known || attachments(state).stream().anyMatch(own -> own.network().equals(network));
  }

  private List<Attachment> attachments(State state) {
    Node own = state.node(node);
    return own == null ? List.of() : own.attachments();
  }

  /** All of them. */
  List<Overlay> all(State state) {
    List<Overlay> all = new ArrayList<>();
    for (Attachment own : attachments(state)) {
      Network network = state.network(own.network());
      if (network != null && own.address().isV4()) {
        Part part = parts.get(network.id());
        if (part == null) {
          part = part(state, network, own.address(), ipv6(state, network));
          parts.put(network.id(), part);
          here = null;
        }
        all.add(part.overlay());
      }
    }
    return all;
  }

  private @Nullable Subnet ipv6(State state, Network network) {
    return attachments(state).stream()
        .filter(own -> own.network().equals(network.id()) && !own.address().isV4())
        .map(own -> new Subnet(own.address(), pool(network, own.address()).prefix()))
        .findFirst()
        .orElse(null);
  }

  private static Subnet pool(Network network, Ip own) {
    return network.pools().stream()
        .map(IpPool::subnet)
        .filter(each -> each.contains(own))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException(own + " is not of " + network.name()));
  }

  /** The IPv4 addresses on them that are at this node; after {@link #all}. */
  Set<Ip> here() {
    Set<Ip> known = here;
    if (known == null) {
      Set<Ip> found = new HashSet<>();
      parts.values().forEach(part -> found.addAll(part.here()));
      known = Set.copyOf(found);
      here = known;
    }
    return known;
  }

  private Part part(State state, Network network, Ip own, @Nullable Subnet ipv6) {
    List<Remote> remotes = new ArrayList<>();
    Set<Ip> present = new HashSet<>();
    Map<NodeId, Ip> underlay = new HashMap<>();
    locations
        .of(network.id())
        .forEach(
            (ip, at) -> {
              if (at.node().equals(node)) {
                if (ip.isV4()) {
                  present.add(ip);
                }
              } else if (ip.isV4() || ipv6 != null) {
                Ip address = underlay.computeIfAbsent(at.node(), id -> underlayAddress(state, id));
                if (address != null) {
                  remotes.add(new Remote(ip, at.link(), address));
                }
              }
            });
    return new Part(
        new Overlay(
            network.vni(), pool(network, own), own, ipv6, remotes, network.spec().encrypted()),
        present);
  }

  private static @Nullable Ip underlayAddress(State state, NodeId id) {
    Node other = state.node(id);
    return other == null || other.status().address().isEmpty()
        ? null
        : Ip.parse(other.status().address());
  }
}
