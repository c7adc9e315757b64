package io.swarm4j.network.allocator;

import io.swarm4j.model.Attachment;
import io.swarm4j.model.Ip;
import io.swarm4j.model.NetworkId;
import io.swarm4j.model.Reason;
import io.swarm4j.model.Service;
import io.swarm4j.model.ServiceId;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskId;
import io.swarm4j.model.TaskState;
import io.swarm4j.model.TaskStatus;
import io.swarm4j.network.allocator.Wishes.Wish;
import io.swarm4j.network.ipam.Holdings;
import io.swarm4j.store.State;
import io.swarm4j.store.Transaction;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What tasks hold: one address per network and family, from NEW until they end. */
final class TaskBook {
  private static final String DONE = "pending task scheduling"; // the reference's words

  private final NetworkBook networks;
  private final ServiceBook services;
  private final boolean everyTask;

  /** Tasks that got addresses in the last turn. */
  private final List<Task> latest = new ArrayList<>();

  /** What was found out for the last task; most often the next one is of the same service. */
  private @Nullable ServiceId lastService;

  private long lastVersion;
  private Wishes lastWishes = Wishes.NONE;
  private TaskStatus pending;

  TaskBook(NetworkBook networks, ServiceBook services, Transaction tx, boolean everyTask) {
    this.networks = networks;
    this.services = services;
    this.everyTask = everyTask;
    this.pending = TaskStatus.of(TaskState.PENDING, tx.now(), DONE);
  }

  /** A new turn: nothing of the last one is taken for granted. */
  void startTurn(Transaction tx) {
    lastService = null;
    pending = TaskStatus.of(TaskState.PENDING, tx.now(), DONE);
    for (Task task : latest) {
      Task now = tx.task(task.id());
      if (now == null || !Holdings.isHolder(now)) {
        release(task); // it came and went within one turn, so that no change tells of it
      }
    }
    latest.clear();
  }

  /** Takes over what the store says that a task has; tells addresses that others have, too. */
  List<Ip> restore(Task task) {
    List<Ip> refused = new ArrayList<>();
    for (Attachment held : task.attachments()) {
      if (!networks.addresses().restore(held.network(), held.address(), task.id())) {
        refused.add(held.address());
      }
    }
    return refused;
  }

  /** Takes back what a task has; does nothing if that was done before. */
  void release(Task task) {
    for (Attachment held : task.attachments()) {
      networks.release(held.network(), held.address(), task.id());
    }
  }

  /** Brings a new task to PENDING, or tells what is short. */
  @Nullable Shortage allocate(Transaction tx, TaskId id) {
    Task task = tx.task(id);
    if (task == null || task.state() != TaskState.NEW || !task.isDesiredAlive()) {
      return null;
    }
    Service service = tx.service(task.serviceId());
    ServiceSpec spec = service == null ? null : service.specAt(task.specVersion());
    if (service == null || spec == null) {
      return null; // about to be deleted
    }
    Shortage shortage = tryAllocate(tx, task, service, spec);
    if (shortage != null && !shortage.reason().equals(task.status().reason())) {
      tx.put(task.withStatus(task.status().because(shortage.reason(), shortage.reason().detail())));
    }
    return shortage;
  }

  private @Nullable Shortage tryAllocate(
      Transaction tx, Task task, Service service, ServiceSpec spec) {
    Shortage ofService = services.shortage(service.id());
    if (ofService != null && task.specVersion() == service.specVersion()) {
      return ofService.of(service.id());
    }
    Wishes wishes = wishes(tx, service.id(), task.specVersion(), spec);
    if (wishes.shortage() != null) {
      return wishes.shortage();
    }
    if (wishes.networks().isEmpty()) {
      tx.put(task.withStatus(pending(task)));
      return null;
    }
    List<Attachment> attachments = new ArrayList<>(wishes.networks().size());
    for (Wish wish : wishes.networks()) {
      Shortage shortage = attach(tx, task, wish, attachments);
      if (shortage != null) {
        for (Attachment given : attachments) {
          networks.addresses().giveBack(given.network(), given.address(), task.id());
        }
        return shortage;
      }
    }
    latest.add(tx.put(task.with().attachments(attachments).status(pending(task)).build()));
    return null;
  }

  /** Whatever else the task waits for, such as its turn in the slot, it still does. */
  private TaskStatus pending(Task task) {
    Reason reason = task.status().reason();
    return reason instanceof Reason.InProgress || reason instanceof Reason.Allocation
        ? pending
        : pending.because(reason == null ? Reason.InProgress.of(TaskState.PENDING) : reason, "");
  }

  private Wishes wishes(Transaction tx, ServiceId service, long version, ServiceSpec spec) {
    if (!service.equals(lastService) || version != lastVersion) {
      Wishes wishes = Wishes.ofTask(tx, spec, networks.ingress(), everyTask);
      for (Wish wish : wishes.networks()) {
        Shortage shortage = networks.open(tx, wish.network());
        if (shortage != null) {
          wishes = new Wishes(List.of(), shortage);
          break;
        }
      }
      lastService = service;
      lastVersion = version;
      lastWishes = wishes;
    }
    return lastWishes;
  }

  private @Nullable Shortage attach(
      State state, Task task, Wish wish, List<Attachment> attachments) {
    NetworkId network = wish.network();
    Ip fixed = wish.address();
    List<Ip> given =
        fixed == null
            ? networks.addresses().allocate(network, task.id())
            : networks.addresses().allocate(network, task.id(), task.serviceId(), fixed);
    if (given.isEmpty()) {
      return fixed == null
          ? networks.usedUp(state, network)
          : Shortage.ofAddress(
              network,
              "address "
                  + fixed
                  + " is held by "
                  + networks.addresses().holder(network, fixed)
                  + "; the task waits until it is free");
    }
    for (Ip ip : given) {
      attachments.add(new Attachment(network, ip, wish.aliases()));
    }
    return null;
  }
}
