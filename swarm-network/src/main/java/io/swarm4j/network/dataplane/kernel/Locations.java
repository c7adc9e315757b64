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
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** At which node each address of each network is, in step with the state. Not thread-safe. */
final class Locations {
  private final Map<NetworkId, SortedMap<Ip, NodeId>> byNetwork = new HashMap<>();

  void reset(State state) {
    byNetwork.clear();
    state.tasks().forEach(this::put);
    state.nodes().forEach(this::put);
  }

  /** Follows the state; whether anything is elsewhere now. */
  boolean apply(List<Change> changes) {
    boolean changed = false;
    for (Change change : changes) {
      if (!same(change.before(), change.after())) {
        changed |= remove(change.before());
      }
    }
    for (Change change : changes) {
      if (!same(change.before(), change.after())) {
        changed |= put(change.after());
      }
    }
    return changed;
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

  private boolean remove(@Nullable StoreObject object) {
    NodeId node = node(object);
    boolean changed = false;
    for (Attachment attachment : attachments(object)) {
      SortedMap<Ip, NodeId> present = byNetwork.get(attachment.network());
      changed |= present != null && node != null && present.remove(attachment.address(), node);
    }
    return changed;
  }

  private boolean put(@Nullable StoreObject object) {
    NodeId node = node(object);
    List<Attachment> attachments = node == null ? List.of() : attachments(object);
    for (Attachment attachment : attachments) {
      byNetwork
          .computeIfAbsent(attachment.network(), id -> new TreeMap<>())
          .put(attachment.address(), node);
    }
    return !attachments.isEmpty();
  }

  /** Who is where on a network. */
  SortedMap<Ip, NodeId> of(NetworkId network) {
    return byNetwork.getOrDefault(network, new TreeMap<>());
  }
}
