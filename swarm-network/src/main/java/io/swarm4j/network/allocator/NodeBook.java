package io.swarm4j.network.allocator;

import io.swarm4j.model.Attachment;
import io.swarm4j.model.Ip;
import io.swarm4j.model.Network;
import io.swarm4j.model.NetworkId;
import io.swarm4j.model.Node;
import io.swarm4j.model.NodeId;
import io.swarm4j.model.Task;
import io.swarm4j.network.Networks;
import io.swarm4j.network.ipam.Holdings;
import io.swarm4j.store.Transaction;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The nodes' own addresses on networks. */
final class NodeBook {
  private final NetworkBook networks;

  NodeBook(NetworkBook networks) {
    this.networks = networks;
  }

  /** Takes note of a node as it is stored; returns addresses that somebody else has. */
  List<Ip> restore(Node node) {
    List<Ip> refused = new ArrayList<>();
    for (Attachment attachment : node.attachments()) {
      if (!networks.addresses().restore(attachment.network(), attachment.address(), node.id())) {
        refused.add(attachment.address());
      }
    }
    return refused;
  }

  void release(Node node) {
    node.attachments().forEach(held -> networks.release(held.network(), held.address(), node.id()));
  }

  /** Gives a node the addresses that it needs now, and takes back those it does not need. */
  @Nullable Shortage allocate(Transaction tx, NodeId id) {
    Node node = tx.node(id);
    if (node == null) {
      return null;
    }
    Set<NetworkId> needed = needed(tx, id);
    List<Attachment> attachments = new ArrayList<>();
    Shortage shortage = null;
    for (Attachment held : node.attachments()) {
      if (needed.contains(held.network()) || tx.network(held.network()) == null) {
        attachments.add(held);
      } else {
        networks.release(held.network(), held.address(), id);
      }
    }
    attachments.removeIf(held -> tx.network(held.network()) == null);
    attachments.forEach(held -> needed.remove(held.network())); // one of each family
    for (NetworkId network : needed) {
      List<Ip> given = networks.addresses().allocate(network, id);
      if (given.isEmpty()) {
        shortage = networks.usedUp(tx, network);
      }
      given.forEach(ip -> attachments.add(new Attachment(network, ip, List.of())));
    }
    if (!attachments.equals(node.attachments())) {
      tx.put(node.with().attachments(attachments).build());
    }
    return shortage;
  }

  /** The networks of its tasks, and ingress, as far as they have subnets. */
  private Set<NetworkId> needed(Transaction tx, NodeId node) {
    Set<NetworkId> needed = new TreeSet<>();
    for (Task task : tx.tasksOn(node)) {
      if (Holdings.isHolder(task)) {
        task.attachments().forEach(attachment -> needed.add(attachment.network()));
      }
    }
    NetworkId ingress = networks.ingress();
    if (ingress != null) {
      needed.add(ingress);
    }
    needed.removeIf(id -> !hasSubnet(tx.network(id)));
    return needed;
  }

  private static boolean hasSubnet(@Nullable Network network) {
    return network != null && Networks.hasAddresses(network) && !network.pools().isEmpty();
  }
}
