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
  private final Map<NetworkId, SortedMap<Ip, NodeId>> byNetwork = new HashMap<>();

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

  private void remove(@Nullable StoreObject object, Set<NetworkId> touched) {
    NodeId node = node(object);
    for (Attachment attachment : attachments(object)) {
      SortedMap<Ip, NodeId> present = byNetwork.get(attachment.network());
      if (present != null && node != null && present.remove(attachment.address(), node)) {
        touched.add(attachment.network());
      }
    }
  }

  private void put(@Nullable StoreObject object) {
    NodeId node = node(object);
    List<Attachment> attachments = node == null ? List.of() : attachments(object);
    for (Attachment attachment : attachments) {
      byNetwork
          .computeIfAbsent(attachment.network(), id -> new TreeMap<>())
          .put(attachment.address(), node);
    }
  }

  /** Who is where on a network. */
  SortedMap<Ip, NodeId> of(NetworkId network) {
    return byNetwork.getOrDefault(network, new TreeMap<>());
  }
}
