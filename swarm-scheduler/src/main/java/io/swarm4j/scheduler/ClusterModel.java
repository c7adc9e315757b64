package io.swarm4j.scheduler;

import io.swarm4j.model.GenericResource;
import io.swarm4j.model.Node;
import io.swarm4j.model.NodeId;
import io.swarm4j.model.Placement.SpreadPreference;
import io.swarm4j.model.Service;
import io.swarm4j.model.ServiceId;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.SlotKey;
import io.swarm4j.model.StoreObject;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskId;
import io.swarm4j.model.TaskState;
import io.swarm4j.store.Change;
import io.swarm4j.store.State;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What the scheduler knows of the swarm: an account of nodes and tasks that follows the store
 * change by change.
 *
 * <p>Accounting is idempotent: what was seen, or done, before is not counted twice.
 */
final class ClusterModel {
  private static final Comparator<Task> OLDEST_FIRST =
      Comparator.comparing((Task task) -> task.meta().createdAt())
          .thenComparing(Task::slot)
          .thenComparing(Task::id);

  final NodeTable nodes;
  final Checks checks;
  private final Extensions extensions;
  private final Listener listener;
  private final Strategy strategy;
  private final boolean inLevels;
  private final LevelFill levelFill;
  private final Map<ServiceId, ServiceUsage> services = new HashMap<>();
  private final Map<String, Topology> topologies = new HashMap<>();
  private final GroupSets sets = new GroupSets();
  private final TaskIndex index = new TaskIndex();
  private List<GenericResource> chosen = List.of();

  /** Who wants to know what changes mean. */
  interface Listener {

    /** For those who do not. */
    Listener NONE = new Listener() {};

    /** A task waits for a node. */
    default void waits(TaskGroup group, TaskId task) {}

    /** A task no longer waits for a node, and did not get one here. */
    default void left(TaskGroup group) {}

    /** A task waits for its node to be confirmed. */
    default void bound(Task task) {}

    /** A node may take tasks now that it did not take before. */
    default void eased(int slot) {}
  }

  private record Reservation(long cpu, long memory) {}

  ClusterModel(PlacementOptions options, long seed, Listener listener) {
    this.nodes = new NodeTable(seed);
    this.extensions = new Extensions(options);
    this.checks = new Checks(this, nodes, extensions, options.volumes());
    this.listener = listener;
    this.strategy = options.strategy();
    this.inLevels = strategy == Strategy.SPREAD && options.scorers().isEmpty();
    this.levelFill = new LevelFill(this);
  }

  /** Accounts for all that is in {@code state}; for an empty model. */
  void load(State state) {
    state.nodes().forEach(nodes::put);
    Map<TaskGroup, List<Task>> waiting = new LinkedHashMap<>();
    List<Task> bound = new ArrayList<>();
    List<Task> failed = new ArrayList<>();
    for (Task task : state.tasks()) {
      switch (Standing.of(task)) {
        case Standing.WAITING -> {
          TaskGroup group = groupOf(task, state);
          if (group != null) {
            waiting.computeIfAbsent(group, any -> new ArrayList<>()).add(task);
          }
        }
        case Standing.BOUND -> bound.add(task);
        case Standing.NONE -> {
          if (isFailure(task)) {
            failed.add(task);
          }
        }
        default -> taskChanged(null, task, state);
      }
    }
    bound.sort(OLDEST_FIRST.thenComparing(Task::serviceId));
    bound.forEach(task -> taskChanged(null, task, state));
    loadWaiting(waiting, state);
    failed.sort(Comparator.comparing(ClusterModel::writtenAt).thenComparing(Task::id));
    failed.forEach(task -> loadFailure(task, state));
  }

  /** The order in which tasks came is not known any more: by age, then by service and slot. */
  private void loadWaiting(Map<TaskGroup, List<Task>> waiting, State state) {
    waiting.values().forEach(tasks -> tasks.sort(OLDEST_FIRST));
    List<List<Task>> groups = new ArrayList<>(waiting.values());
    groups.sort(
        Comparator.comparing((List<Task> tasks) -> tasks.get(0).meta().createdAt())
            .thenComparing(tasks -> tasks.get(0).serviceId())
            .thenComparing(tasks -> tasks.get(0).specVersion()));
    groups.forEach(tasks -> tasks.forEach(task -> taskChanged(null, task, state)));
  }

  private void loadFailure(Task task, State state) {
    TaskGroup group = groupOf(task, state);
    if (group != null) {
      noteFailure(group, nodes.slotOf(nodeOf(task)), task);
      dropIfUnused(group);
    }
  }

  /** Follows one change. */
  void apply(Change change, State state) {
    StoreObject latest = change.latest();
    if (latest instanceof Task) {
      taskChanged((Task) change.before(), (Task) change.after(), state);
    } else if (latest instanceof Node node) {
      int slot = change.after() == null ? nodes.remove(node.id()) : nodes.put(node);
      if (slot >= 0) {
        listener.eased(slot);
        freeIfUnused(slot);
      }
    } else if (latest instanceof Service service && change.after() == null) {
      ServiceUsage usage = services.get(service.id());
      if (usage != null) {
        for (TaskGroup group : List.copyOf(usage.groups)) {
          group.failures = null;
          dropIfUnused(group);
        }
      }
    }
  }

  private void taskChanged(@Nullable Task before, @Nullable Task after, State state) {
    int now = after == null ? Standing.NONE : Standing.of(after);
    if (before != null && Standing.of(before) == now) {
      return; // most changes: a task that runs, or comes closer to it
    }
    Task task = after != null ? after : before;
    if (task == null) {
      return;
    }
    int code = index.get(task.id());
    int had = Standing.kind(code);
    if (now == had || (now != Standing.NONE && now < had)) {
      return; // seen before
    }
    TaskGroup group = groupOf(task, state);
    if (group == null) {
      return; // its service is gone already, and so it will be
    }
    int slot = Standing.slot(code);
    if (had == Standing.NONE) {
      group.users++;
    } else if (had == Standing.WAITING) {
      listener.left(group);
    }
    if (now >= Standing.ACTIVE && had < Standing.ACTIVE) {
      slot = nodes.claimSlot(nodeOf(task));
      nodes.hold(slot, group, task.assigned());
    }
    if (now == Standing.ACTIVE) {
      countUp(group, slot);
    } else if (had == Standing.ACTIVE) {
      nodes.countDown(slot);
      group.service.countDown(slot);
    }
    index.set(task.id(), now == Standing.NONE ? 0 : Standing.code(now, slot));
    if (had >= Standing.ACTIVE) {
      listener.eased(slot);
    }
    if (now == Standing.NONE) {
      group.users--;
      if (had >= Standing.ACTIVE) {
        nodes.release(slot, group, task.assigned());
        if (after != null && isFailure(after)) {
          noteFailure(group, slot, after);
        }
        freeIfUnused(slot);
      }
      dropIfUnused(group);
    } else if (now == Standing.WAITING) {
      listener.waits(group, task.id());
    } else if (now == Standing.BOUND) {
      listener.bound(task);
    }
  }

  private void countUp(TaskGroup group, int slot) {
    nodes.countUp(slot);
    group.service.countUp(slot);
  }

  /**
   * Nodes for further tasks of a group, best first; use one fill to its end before the next begins.
   */
  Fill fill(TaskGroup group, Instant now) {
    expireFailures(group, now);
    return inLevels && group.preferences.isEmpty()
        ? levelFill.begin(group)
        : new RankedFill(this, group, strategy).begin();
  }

  /** The same where only the first {@code count} of {@code slots} can take any. */
  Fill fill(TaskGroup group, int[] slots, int count, Instant now) {
    expireFailures(group, now);
    return inLevels && group.preferences.isEmpty()
        ? levelFill.begin(group, slots, count)
        : new RankedFill(this, group, strategy).begin(slots, count);
  }

  void expireFailures(TaskGroup group, Instant now) {
    if (group.failures != null) {
      group.failures.expire(now.toEpochMilli());
    }
  }

  Topology topology(SpreadPreference preference) {
    return topologies.computeIfAbsent(
        preference.descriptor(), descriptor -> new Topology(nodes, descriptor));
  }

  /** Accounts for one more task of the group on a node, whichever it will be. */
  void take(TaskGroup group, int slot) {
    chosen = nodes.chooseGeneric(slot, group.generic);
    nodes.hold(slot, group, chosen);
    countUp(group, slot);
  }

  /** Takes {@link #take} back, for a task that was never settled. */
  void giveUp(TaskGroup group, int slot) {
    nodes.release(slot, group, chosen);
    nodes.countDown(slot);
    group.service.countDown(slot);
  }

  /**
   * Says which task it was that a node was taken for last.
   *
   * @return the generic resources that it gets
   */
  List<GenericResource> settle(TaskGroup group, int slot, TaskId task) {
    if (Standing.kind(index.get(task)) == Standing.NONE) {
      group.users++;
    }
    index.set(task, Standing.code(Standing.ACTIVE, slot));
    return chosen;
  }

  /** Whether a task still waits for a node, as far as is known. */
  boolean isWaiting(TaskId task) {
    return Standing.kind(index.get(task)) == Standing.WAITING;
  }

  /** Wanted tasks of a service on a node. */
  int tasksOf(ServiceId service, int slot) {
    ServiceUsage usage = services.get(service);
    return usage == null ? 0 : usage.counts.get(slot);
  }

  /** The group of a task; null if its spec is no longer kept. */
  @Nullable TaskGroup groupOf(Task task, State state) {
    ServiceUsage usage = services.get(task.serviceId());
    if (usage != null) {
      for (TaskGroup group : usage.groups) {
        if (group.version == task.specVersion()) {
          return group;
        }
      }
    }
    Service service = state.service(task.serviceId());
    ServiceSpec spec = service == null ? null : service.specAt(task.specVersion());
    if (spec == null) {
      return null;
    }
    if (usage == null) {
      usage = new ServiceUsage(task.serviceId(), nodes);
      services.put(task.serviceId(), usage);
    }
    return newGroup(usage, task.specVersion(), spec, state);
  }

  private TaskGroup newGroup(ServiceUsage usage, long version, ServiceSpec spec, State state) {
    Extensions.Choice filters = extensions.choose(spec);
    Object owner = filters.isEmpty() ? null : List.of(usage.id, version);
    Needs needs = Needs.of(spec.task(), state, owner);
    TaskGroup group = new TaskGroup(usage, version, spec, filters, needs, sets);
    List<TaskGroup> others = List.copyOf(usage.groups);
    usage.groups.add(group);
    for (TaskGroup other : others) {
      if (other.users == 0) { // kept for failures of a spec that nobody runs any more
        other.failures = null;
        dropIfUnused(other);
      }
    }
    return group;
  }

  private void dropIfUnused(TaskGroup group) {
    boolean failing = group.failures != null && !group.failures.isEmpty();
    if (group.users > 0 || failing || !group.service.groups.remove(group)) {
      return;
    }
    sets.drop(group);
    if (group.service.groups.isEmpty()) {
      services.remove(group.service.id);
    }
  }

  private void freeIfUnused(int slot) {
    if (nodes.freeIfUnused(slot)) {
      for (ServiceUsage usage : services.values()) {
        usage.groups.forEach(group -> group.forgetFailures(slot));
      }
    }
  }

  private void noteFailure(TaskGroup group, int slot, Task task) {
    if (slot >= 0) {
      FailureLog failures = group.failures;
      if (failures == null) {
        failures = new FailureLog();
        group.failures = failures;
      }
      long at = writtenAt(task).toEpochMilli();
      failures.expire(at);
      failures.add(slot, at);
    }
  }

  private static Instant writtenAt(Task task) {
    return task.meta().updatedAt();
  }

  private static boolean isFailure(Task task) {
    return (task.state() == TaskState.FAILED || task.state() == TaskState.REJECTED)
        && task.nodeId() != null
        && !(task.slot() instanceof SlotKey.OnNode);
  }

  private static NodeId nodeOf(Task task) {
    return Objects.requireNonNull(task.nodeId());
  }

  /** The sets of nodes, each for all groups that need the same. */
  private final class GroupSets implements TaskGroup.Sets {
    private final Map<Needs, NodeSet.Shared> natures = new HashMap<>();
    private final Map<Reservation, NodeSet.Shared> rooms = new HashMap<>();

    @Override
    public NodeSet.Shared nature(TaskGroup group) {
      NodeSet.Shared shared =
          natures.computeIfAbsent(
              group.needs, any -> share(nodes.natureChanges, slot -> checks.suits(group, slot)));
      shared.users++;
      return shared;
    }

    @Override
    public NodeSet.Shared room(TaskGroup group) {
      long cpu = group.cpu == 0 ? Long.MIN_VALUE : group.cpu;
      long memory = group.memory == 0 ? Long.MIN_VALUE : group.memory;
      NodeSet.Shared shared =
          rooms.computeIfAbsent(
              new Reservation(group.cpu, group.memory),
              any ->
                  share(
                      nodes.roomChanges,
                      slot -> nodes.freeCpu[slot] >= cpu && nodes.freeMemory[slot] >= memory));
      shared.users++;
      return shared;
    }

    private NodeSet.Shared share(Journal changes, NodeSet.Membership membership) {
      return new NodeSet.Shared(new NodeSet(nodes, changes, membership));
    }

    void drop(TaskGroup group) {
      if (--group.nature.users == 0) {
        natures.remove(group.needs);
      }
      if (group.room != null && --group.room.users == 0) {
        rooms.remove(new Reservation(group.cpu, group.memory));
      }
    }
  }
}
