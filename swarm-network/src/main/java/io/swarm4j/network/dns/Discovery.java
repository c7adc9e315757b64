package io.swarm4j.network.dns;

import io.swarm4j.agent.NameResolver;
import io.swarm4j.model.Attachment;
import io.swarm4j.model.Endpoint.VirtualIp;
import io.swarm4j.model.Id;
import io.swarm4j.model.InvalidSpecException;
import io.swarm4j.model.Ip;
import io.swarm4j.model.Network;
import io.swarm4j.model.NetworkId;
import io.swarm4j.model.NodeId;
import io.swarm4j.model.Service;
import io.swarm4j.model.ServiceId;
import io.swarm4j.model.SlotKey;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskId;
import io.swarm4j.store.State;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Finds services and tasks by name, on the networks that the asker is attached to.
 *
 * <ul>
 *   <li>{@code customer}, or an alias of it: the service's virtual address; where it has none, the
 *       addresses of its running tasks;
 *   <li>{@code tasks.customer}: the addresses of its running tasks;
 *   <li>{@code 2.customer}: that of the running task in slot 2; for a global service the slot is
 *       the node's id;
 *   <li>{@code customer.2.<task id>}: that of one running task;
 *   <li>any of these with {@code .<network>} appended: on that network only.
 * </ul>
 *
 * <p>A task that is starting, unhealthy or about to be stopped is not found. Nothing is found on
 * the ingress network, which is for routing only. Case does not matter; the first of the asker's
 * networks that has an answer gives it. Thread-safe, does not block.
 */
public final class Discovery implements NameResolver {
  private static final String TASKS = "tasks.";

  private final Supplier<? extends State> states;
  private volatile @Nullable Snapshot last;

  /**
   * Answers from what {@code states} has at the time of each question.
   *
   * @param states gives states that do not change, such as a store's newest view; called by any
   *     thread
   */
  public Discovery(Supplier<? extends State> states) {
    this.states = states;
  }

  /** A state, with what was found out about it so far. */
  private record Snapshot(State state, NameIndex names, Map<ServiceId, List<Task>> running) {}

  private Snapshot snapshot() {
    State state = states.get();
    Snapshot present = last;
    if (present == null || present.state.revision() != state.revision()) {
      NameIndex names = NameIndex.of(state, present == null ? null : present.names);
      present = new Snapshot(state, names, new ConcurrentHashMap<>());
      last = present;
    }
    return present;
  }

  @Override
  public List<Ip> resolve(String name, List<NetworkId> networks) {
    return find(name, networks).addresses();
  }

  /** The state that is asked now. */
  State state() {
    return states.get();
  }

  /**
   * What a name means.
   *
   * @param known whether it is a name of the swarm, as seen from the asker's networks
   * @param virtual whether the addresses are those of services, which stay as tasks change
   * @param addresses without duplicates; empty for a service that nobody serves now
   */
  public record Found(boolean known, boolean virtual, List<Ip> addresses) {
    static final Found NOTHING = new Found(false, false, List.of());

    private Found or(Found other) {
      return addresses.isEmpty() && other.known ? other : this;
    }
  }

  /**
   * What a name means, as seen from {@code networks}.
   *
   * @param networks the networks that the asker is attached to
   */
  public Found find(String name, List<NetworkId> networks) {
    Snapshot snapshot = snapshot();
    String key = NameIndex.lower(name.endsWith(".") ? name.substring(0, name.length() - 1) : name);
    Found found = Found.NOTHING;
    for (NetworkId network : networks) {
      found = found.or(find(snapshot, key, network));
      if (!found.addresses().isEmpty()) {
        return found;
      }
    }
    int dot = key.lastIndexOf('.');
    Network named = dot < 0 ? null : snapshot.state.networkNamed(key.substring(dot + 1));
    return named != null && networks.contains(named.id())
        ? found.or(find(snapshot, key.substring(0, dot), named.id()))
        : found;
  }

  private static Found find(Snapshot snapshot, String key, NetworkId network) {
    List<ServiceId> services = snapshot.names.services(network, key);
    if (!services.isEmpty()) {
      return ofServices(snapshot, services, network);
    }
    if (key.startsWith(TASKS)) {
      List<ServiceId> named = snapshot.names.services(network, key.substring(TASKS.length()));
      Set<Ip> found = new LinkedHashSet<>();
      named.forEach(id -> found.addAll(addresses(running(snapshot, id), network)));
      return new Found(!named.isEmpty(), false, List.copyOf(found));
    }
    if (key.indexOf('.') > 0) {
      Found inSlot = inSlot(snapshot, key, network);
      return inSlot.known() ? inSlot : byTaskName(snapshot, key, network);
    }
    return Found.NOTHING;
  }

  private static Found ofServices(Snapshot snapshot, List<ServiceId> services, NetworkId network) {
    Set<Ip> found = new LinkedHashSet<>();
    boolean virtual = true;
    for (ServiceId id : services) {
      Service service = snapshot.state.service(id);
      List<Ip> vips = service == null ? List.of() : virtualIps(service, network);
      virtual &= !vips.isEmpty();
      found.addAll(vips.isEmpty() ? addresses(running(snapshot, id), network) : vips);
    }
    return new Found(true, virtual, List.copyOf(found));
  }

  /** The running tasks of the services of a name or alias, with their addresses there. */
  List<Reachable> tasks(String name, List<NetworkId> networks) {
    Snapshot snapshot = snapshot();
    String key = NameIndex.lower(name);
    for (NetworkId network : networks) {
      List<Reachable> found = new ArrayList<>();
      for (ServiceId id : snapshot.names.services(network, key)) {
        for (Task task : running(snapshot, id)) {
          addresses(List.of(task), network).forEach(ip -> found.add(new Reachable(task, ip)));
        }
      }
      if (!found.isEmpty()) {
        return found;
      }
    }
    return List.of();
  }

  /** A running task, and one of its addresses. */
  record Reachable(Task task, Ip address) {}

  /** The services of a name or alias on any of {@code networks}. */
  Set<ServiceId> services(String name, List<NetworkId> networks) {
    Snapshot snapshot = snapshot();
    Set<ServiceId> found = new LinkedHashSet<>();
    networks.forEach(
        network -> found.addAll(snapshot.names.services(network, NameIndex.lower(name))));
    return found;
  }

  /**
   * The name that leads to an address: that of a service for a virtual address, {@code
   * <slot>.<service>} for that of a running task.
   *
   * @param holder the service or task that holds the address
   * @param networks the networks that the asker is attached to
   */
  public Optional<String> nameOf(Ip address, Id holder, List<NetworkId> networks) {
    Snapshot snapshot = snapshot();
    Task task = holder instanceof TaskId id ? snapshot.state.task(id) : null;
    ServiceId owner = holder instanceof ServiceId id ? id : task == null ? null : task.serviceId();
    Service service = owner == null ? null : snapshot.state.service(owner);
    if (service == null || (task != null && !serves(task))) {
      return Optional.empty();
    }
    for (NetworkId network : networks) {
      List<Ip> held =
          task == null ? virtualIps(service, network) : addresses(List.of(task), network);
      if (held.contains(address) && !isIngress(snapshot.state, network)) {
        return Optional.of(task == null ? service.name() : task.slot() + "." + service.name());
      }
    }
    return Optional.empty();
  }

  private static Found inSlot(Snapshot snapshot, String key, NetworkId network) {
    int dot = key.indexOf('.');
    List<ServiceId> services = snapshot.names.services(network, key.substring(dot + 1));
    SlotKey slot = services.isEmpty() ? null : slot(key.substring(0, dot));
    if (slot == null) {
      return Found.NOTHING;
    }
    List<Ip> found = new ArrayList<>(1);
    for (ServiceId id : services) {
      snapshot.state.tasksIn(id, slot).stream()
          .filter(Discovery::serves)
          .forEach(task -> found.addAll(addresses(List.of(task), network)));
    }
    return new Found(true, false, List.copyOf(found));
  }

  private static @Nullable SlotKey slot(String text) {
    if (text.length() <= 9 && text.chars().allMatch(c -> c >= '0' && c <= '9')) {
      return new SlotKey.Numbered(Integer.parseInt(text));
    }
    try {
      return text.length() == Id.TEXT_LENGTH ? new SlotKey.OnNode(NodeId.parse(text)) : null;
    } catch (InvalidSpecException noId) {
      return null;
    }
  }

  private static Found byTaskName(Snapshot snapshot, String key, NetworkId network) {
    int dot = key.length() - Id.TEXT_LENGTH - 1;
    if (dot <= 0 || key.charAt(dot) != '.') {
      return Found.NOTHING;
    }
    Task task;
    try {
      task = snapshot.state.task(TaskId.parse(key.substring(dot + 1)));
    } catch (InvalidSpecException noId) {
      return Found.NOTHING;
    }
    List<Ip> held = task == null ? List.of() : addresses(List.of(task), network);
    return task != null
            && serves(task)
            && !held.isEmpty()
            && NameIndex.lower(snapshot.state.nameOf(task)).equals(key.substring(0, dot))
            && !isIngress(snapshot.state, network)
        ? new Found(true, false, held)
        : Found.NOTHING;
  }

  private static boolean isIngress(State state, NetworkId id) {
    Network network = state.network(id);
    return network != null && network.spec().ingress();
  }

  /** Computed once per service and state: a question about a large service must not cost much. */
  private static List<Task> running(Snapshot snapshot, ServiceId service) {
    return snapshot.running.computeIfAbsent(
        service, id -> snapshot.state.tasksOf(id).stream().filter(Discovery::serves).toList());
  }

  private static boolean serves(Task task) {
    return task.status().isReady() && task.isDesiredAlive();
  }

  private static List<Ip> virtualIps(Service service, NetworkId network) {
    List<Ip> found = new ArrayList<>(1);
    for (VirtualIp vip : service.endpoint().virtualIps()) {
      if (vip.network().equals(network)) {
        found.add(vip.address());
      }
    }
    return found;
  }

  private static List<Ip> addresses(List<Task> tasks, NetworkId network) {
    List<Ip> found = new ArrayList<>(tasks.size());
    for (Task task : tasks) {
      for (Attachment attachment : task.attachments()) {
        if (attachment.network().equals(network)) {
          found.add(task.reachedAt(attachment));
        }
      }
    }
    return found;
  }
}
