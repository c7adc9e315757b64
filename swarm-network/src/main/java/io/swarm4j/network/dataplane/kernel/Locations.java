package io.swarm4j.network.dataplane.kernel;

import io.swarm4j.model.Attachment;
import io.swarm4j.model.Ip;
import io.swarm4j.model.NetworkId;
import io.swarm4j.model.Node;
import io.swarm4j.model.NodeId;
import io.swarm4j.model.StoreObject;
import io.swarm4j.model.Task;
import io.swarm4j.network.ipam.Holdings;
import io.swarm4j.store.Change;
import io.swarm4j.store.State;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** At which node each address of each network is, in step with the state. Not thread-safe. */
final class Locations {
  private final Map<NetworkId, SortedMap<Ip, Place>> byNetwork = new HashMap<>();

  /**
   * Where an address is.
   *
   * @param link the IPv4 address of whoever has it; if it has none, the address itself
   */
  record Place(NodeId node, Ip link) {}

  private record Entry(NetworkId network, Ip address, Place place) {
    static Entry of(NodeId node, Attachment attachment, List<Attachment> all) {
      Ip own = attachment.address();
      Ip link =
          all.stream()
              .filter(each -> each.network().equals(attachment.network()))
              .map(Attachment::address)
              .filter(each -> !own.isV4() && each.isV4())
              .findFirst()
              .orElse(own);
      return new Entry(attachment.network(), own, new Place(node, link));
    }
  }

  void reset(State state) {
    byNetwork.clear();
    state.tasks().forEach(this::put);
    state.nodes().forEach(this::put);
  }

  /** Follows the state; the networks on which anything is elsewhere now. */
  Set<NetworkId> apply(List<Change> changes) {
    Set<NetworkId> touched = new TreeSet<>();
    for (Change change : changes) {
      if (!same(change.before(), change.after())) {
        remove(change.before(), touched);
      }
    }
    for (Change change : changes) {
      if (!same(change.before(), change.after())) {
        put(change.after());
        attachments(change.after()).forEach(attachment -> touched.add(attachment.network()));
      }
    }
    return touched;
  }

  private static boolean same(@Nullable StoreObject before, @Nullable StoreObject after) {
    return attachments(before).equals(attachments(after))
        && Objects.equals(node(before), node(after));
  }

  private static List<Attachment> attachments(@Nullable StoreObject object) {
    if (object instanceof Task task) {
      return Holdings.isHolder(task) ? task.attachments() : List.of();
    }
    return object instanceof Node node ? node.attachments() : List.of();
  }

  private static @Nullable NodeId node(@Nullable StoreObject object) {
    if (object instanceof Task task) {
      return task.nodeId();
    }
    return object instanceof Node node ? node.id() : null;
  }

  private static List<Entry> entries(@Nullable StoreObject object) {
    NodeId node = node(object);
    if (node == null) {
      return List.of();
    }
    List<Attachment> all = attachments(object);
    return all.stream().map(each -> Entry.of(node, each, all)).toList();
  }

  private void remove(@Nullable StoreObject object, Set<NetworkId> touched) {
    for (Entry entry : entries(object)) {
      SortedMap<Ip, Place> present = byNetwork.get(entry.network());
      if (present != null && present.remove(entry.address(), entry.place())) {
        touched.add(entry.network());
      }
    }
  }

  private void put(@Nullable StoreObject object) {
    for (Entry entry : entries(object)) {
      byNetwork
          .computeIfAbsent(entry.network(), id -> new TreeMap<>())
          .put(entry.address(), entry.place());
    }
  }

  /** Who is where on a network. */
  SortedMap<Ip, Place> of(NetworkId network) {
    return byNetwork.getOrDefault(network, new TreeMap<>());
  }
}
