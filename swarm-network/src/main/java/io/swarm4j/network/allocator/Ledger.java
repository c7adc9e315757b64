package io.swarm4j.network.allocator;

import io.swarm4j.model.Cluster;
import io.swarm4j.model.Id;
import io.swarm4j.model.Network;
import io.swarm4j.model.NetworkId;
import io.swarm4j.model.Node;
import io.swarm4j.model.NodeId;
import io.swarm4j.model.PortSpec;
import io.swarm4j.model.Service;
import io.swarm4j.model.ServiceId;
import io.swarm4j.model.StoreObject;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskId;
import io.swarm4j.model.TaskState;
import io.swarm4j.network.Networks;
import io.swarm4j.network.ipam.AddressAllocator;
import io.swarm4j.network.ipam.CoolDown;
import io.swarm4j.network.ipam.Holdings;
import io.swarm4j.network.ipam.SubnetAllocator;
import io.swarm4j.network.ports.PortKey;
import io.swarm4j.orchestrator.Control;
import io.swarm4j.store.Change;
import io.swarm4j.store.Transaction;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Everything that an {@link Allocator} knows while it leads: who holds what, and what is to do. */
final class Ledger {
  private static final Logger LOG = LoggerFactory.getLogger(Allocator.class);

  private final Waiters waiters = new Waiters();
  private final NetworkBook networks;
  private final ServiceBook services;
  private final TaskBook tasks;
  private final NodeBook nodes;
  private final boolean addressForEveryNode;

  private final LinkedHashSet<NetworkId> dirtyNetworks = new LinkedHashSet<>();
  private final LinkedHashSet<ServiceId> dirtyServices = new LinkedHashSet<>();
  private final LinkedHashSet<ServiceId> drainedServices = new LinkedHashSet<>();
  private final ArrayDeque<TaskId> newTasks = new ArrayDeque<>();
  private final LinkedHashSet<NodeId> dirtyNodes = new LinkedHashSet<>();

  /** Takes over what the store says; what is left to do stands in the queues afterwards. */
  Ledger(AllocatorOptions options, Control control, Transaction tx, Consumer<Transaction> work) {
    CoolDown coolDown = new CoolDown(options.coolDown(), control::now);
    networks =
        new NetworkBook(
            new SubnetAllocator(options.foreignRoutes()),
            new AddressAllocator(coolDown),
            waiters,
            (delay, cooled) ->
                control.after(
                    delay,
                    later -> {
                      cooled.run();
                      work.accept(later);
                    }));
    services = new ServiceBook(networks, waiters);
    tasks = new TaskBook(networks, services, tx, options.addressForEveryTask());
    nodes = new NodeBook(networks);
    addressForEveryNode = options.addressForEveryNode();
    for (Network network : tx.networks()) {
      networks.note(network);
      if (network.spec().ingress() || !network.pools().isEmpty()) {
        dirtyNetworks.add(network.id());
      }
    }
    for (Task task : tx.tasks()) {
      if (Holdings.isHolder(task)) {
        tasks
            .restore(task)
            .forEach(ip -> LOG.warn("address has two holders: task={} address={}", task.id(), ip));
      }
      if (task.state() == TaskState.NEW) {
        newTasks.add(task.id());
      }
    }
    for (Node node : tx.nodes()) {
      nodes
          .restore(node)
          .forEach(ip -> LOG.warn("address has two holders: node={} address={}", node.id(), ip));
      markDirty(node.id());
    }
    for (Service service : tx.services()) {
      if (Holdings.isHolder(tx, service)) {
        services
            .restore(tx, service)
            .forEach(defect -> LOG.warn("service={}: {}", service.id(), defect));
      }
      if (!service.isRemoved()) {
        dirtyServices.add(service.id());
      }
    }
  }

  NetworkBook networks() {
    return networks;
  }

  ServiceBook services() {
    return services;
  }

  /** Takes note of a change, whoever made it. */
  void absorb(Change change, Transaction tx) {
    StoreObject latest = change.latest();
    if (latest instanceof Task) {
      absorbTask((Task) change.before(), (Task) change.after(), tx);
    } else if (latest instanceof Service) {
      absorbService((Service) change.before(), (Service) change.after());
    } else if (latest instanceof Network) {
      absorbNetwork((Network) change.before(), (Network) change.after(), tx);
    } else if (latest instanceof Node) {
      absorbNode((Node) change.before(), (Node) change.after());
    } else if (latest instanceof Cluster) {
      waiters.freed(Shortage.Scarce.NETWORKS);
    }
  }

  private void absorbNode(@Nullable Node before, @Nullable Node after) {
    if (before == null && after != null) {
      markDirty(after.id());
    } else if (before != null && after == null) {
      nodes.release(before);
      dirtyNodes.remove(before.id());
      waiters.remove(before.id());
    }
  }

  private void markDirty(@Nullable NodeId node) {
    if (addressForEveryNode && node != null) {
      dirtyNodes.add(node);
    }
  }

  /** A task that comes to a node, or ends there, may change what the node needs. */
  private void markDirty(@Nullable Task before, @Nullable Task after) {
    boolean held = before != null && before.nodeId() != null && Holdings.isHolder(before);
    boolean holds = after != null && after.nodeId() != null && Holdings.isHolder(after);
    if (held != holds) {
      Task task = after != null ? after : before;
      markDirty(task == null ? null : task.nodeId());
    }
  }

  private void absorbTask(@Nullable Task before, @Nullable Task after, Transaction tx) {
    markDirty(before, after);
    if (after != null && Holdings.isHolder(after)) {
      if (before == null && after.state() == TaskState.NEW && !waiters.contains(after.id())) {
        newTasks.add(after.id());
      }
      return;
    }
    if (before != null && Holdings.isHolder(before)) {
      tasks.release(before);
      waiters.remove(before.id());
    }
    if (after != null) {
      tasks.release(after);
    } else if (before != null && services.holdsAnything(before.serviceId())) {
      Service service = tx.service(before.serviceId());
      if (service == null || service.isRemoved()) {
        drainedServices.add(before.serviceId());
      }
    }
  }

  private void absorbService(@Nullable Service before, @Nullable Service after) {
    if (after == null || after.isRemoved()) {
      ServiceId id = after != null ? after.id() : before != null ? before.id() : null;
      if (id != null) {
        dirtyServices.remove(id);
        drainedServices.add(id);
      }
    } else if (before == null || !before.spec().equals(after.spec())) {
      dirtyServices.add(after.id());
    }
  }

  private void absorbNetwork(@Nullable Network before, @Nullable Network after, Transaction tx) {
    if (after == null) {
      if (before != null) {
        networks.forget(before);
        dirtyNetworks.remove(before.id());
        tx.nodes().forEach(node -> markDirty(node.id()));
        waiters.freed(before.id());
      }
      waiters.freed(Shortage.Scarce.NETWORKS);
      return;
    }
    networks.note(after);
    if (before != null && before.spec().equals(after.spec())) {
      return;
    }
    if (after.spec().ingress() || !after.pools().isEmpty()) {
      dirtyNetworks.add(after.id());
    }
    if (before == null && after.spec().ingress()) {
      tx.services().stream()
          .filter(service -> !service.isRemoved() && Networks.publishesIngress(service.spec()))
          .forEach(service -> dirtyServices.add(service.id()));
    }
    waiters.freed(after.id());
    waiters.freed(Shortage.Scarce.NETWORKS);
  }

  /**
   * Writes what follows from what was absorbed, as far as it fits.
   *
   * @return whether all is done
   */
  boolean work(Transaction tx) {
    tasks.startTurn(tx);
    for (ServiceId id : drainedServices) {
      Service service = tx.service(id);
      if (service == null || !Holdings.isHolder(tx, service)) {
        services.release(id);
      }
    }
    drainedServices.clear();
    return openNetworks(tx)
        && allocateServices(tx)
        && waiters.retry(tx::isFull, id -> retry(tx, id))
        && allocateTasks(tx)
        && allocateNodes(tx);
  }

  private boolean allocateNodes(Transaction tx) {
    Iterator<NodeId> queue = dirtyNodes.iterator();
    while (queue.hasNext()) {
      if (tx.isFull()) {
        return false;
      }
      NodeId id = queue.next();
      queue.remove();
      Shortage shortage = nodes.allocate(tx, id);
      if (shortage != null) {
        waiters.add(id, shortage);
      }
    }
    return true;
  }

  private boolean openNetworks(Transaction tx) {
    Iterator<NetworkId> queue = dirtyNetworks.iterator();
    while (queue.hasNext()) {
      if (tx.isFull()) {
        return false;
      }
      NetworkId id = queue.next();
      networks.open(tx, id); // what is short shows at those who use the network
      queue.remove();
      if (id.equals(networks.ingress())) {
        tx.nodes().forEach(node -> markDirty(node.id()));
      }
    }
    return true;
  }

  private boolean allocateServices(Transaction tx) {
    if (dirtyServices.isEmpty()) {
      return true;
    }
    Set<PortKey> spoken = spokenPorts(tx);
    Iterator<ServiceId> queue = dirtyServices.iterator();
    while (queue.hasNext()) {
      if (tx.isFull()) {
        return false;
      }
      ServiceId id = queue.next();
      queue.remove();
      Shortage shortage = services.allocate(tx, id, spoken);
      if (shortage != null) {
        waiters.add(id, shortage);
      } else {
        waiters.remove(id);
      }
    }
    return true;
  }

  /** Ports that were admitted by number but are not given out yet. */
  private Set<PortKey> spokenPorts(Transaction tx) {
    Set<PortKey> spoken = new HashSet<>();
    for (ServiceId id : dirtyServices) {
      Service service = tx.service(id);
      if (service != null) {
        for (PortSpec port : service.spec().endpoint().ports()) {
          if (port.published() != 0) {
            spoken.add(PortKey.of(port));
          }
        }
      }
    }
    return spoken;
  }

  private @Nullable Shortage retry(Transaction tx, Id id) {
    if (id instanceof NodeId node) {
      return nodes.allocate(tx, node);
    }
    return id instanceof TaskId task
        ? tasks.allocate(tx, task)
        : services.allocate(tx, (ServiceId) id, Set.of());
  }

  private boolean allocateTasks(Transaction tx) {
    while (!newTasks.isEmpty()) {
      if (tx.isFull()) {
        return false;
      }
      TaskId id = newTasks.remove();
      Shortage shortage = tasks.allocate(tx, id);
      if (shortage != null) {
        waiters.add(id, shortage);
      }
    }
    return true;
  }
}
