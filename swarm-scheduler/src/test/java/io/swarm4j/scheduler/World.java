package io.swarm4j.scheduler;

import io.swarm4j.model.Meta;
import io.swarm4j.model.Node;
import io.swarm4j.model.Node.Availability;
import io.swarm4j.model.Node.NodeRole;
import io.swarm4j.model.Node.NodeState;
import io.swarm4j.model.NodeBuilder;
import io.swarm4j.model.NodeDescription;
import io.swarm4j.model.NodeDescriptionBuilder;
import io.swarm4j.model.NodeId;
import io.swarm4j.model.NodeSpec;
import io.swarm4j.model.NodeStatus;
import io.swarm4j.model.Resources;
import io.swarm4j.model.Service;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.SlotKey;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskId;
import io.swarm4j.model.TaskState;
import io.swarm4j.model.TaskStatus;
import io.swarm4j.orchestrator.Control;
import io.swarm4j.store.Change;
import io.swarm4j.store.StoreTransaction;
import io.swarm4j.store.Transaction;
import io.swarm4j.store.View;
import io.swarm4j.time.Chance;
import io.swarm4j.time.Ids;
import io.swarm4j.time.Timer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A small swarm for tests: a store, a clock that is set by hand, and one scheduler that leads. */
final class World implements Control {
  static final long GIB = 1L << 30;

  private final Chance chance = Chance.seeded(7);
  private final Ids ids = new Ids(chance);
  private final Map<String, NodeId> nodes = new LinkedHashMap<>();
  private final int fullSize;
  private Scheduler scheduler;
  private boolean wantsMore;
  Instant now = Instant.parse("2026-01-01T00:00:00Z");
  View view = View.EMPTY;

  /** Tasks that the scheduler wrote in its last turn. */
  int written;

  World() {
    this(PlacementOptions.builder().seed(1).build(), 1000);
  }

  World(PlacementOptions options) {
    this(options, 1000);
  }

  World(PlacementOptions options, int fullSize) {
    this.fullSize = fullSize;
    lead(options);
  }

  /** Another leader takes over, which knows nothing but the store. */
  void lead(PlacementOptions options) {
    scheduler = new Scheduler(options);
    StoreTransaction tx = new StoreTransaction(view, now, fullSize);
    scheduler.begin(this, tx);
    settle(tx);
  }

  /** Changes something, and lets the scheduler follow until it is done. */
  void change(Consumer<Transaction> edit) {
    StoreTransaction tx = new StoreTransaction(view, now, fullSize);
    edit.accept(tx);
    settle(tx);
  }

  private void settle(StoreTransaction first) {
    StoreTransaction tx = first;
    written = 0;
    int read = 0;
    for (int turn = 0; ; turn++) {
      if (turn > 10_000) {
        throw new AssertionError("the scheduler finds no end");
      }
      wantsMore = false;
      do {
        List<Change> changes = List.copyOf(tx.journal().subList(read, tx.size()));
        read = tx.size();
        scheduler.reconcile(changes, tx);
        written += tx.size() - read;
      } while (read < tx.size() && !tx.isFull());
      List<Change> unread = List.copyOf(tx.journal().subList(read, tx.size()));
      view = tx.result();
      if (!wantsMore && unread.isEmpty()) {
        return;
      }
      tx = new StoreTransaction(view, now, fullSize);
      read = 0;
      scheduler.reconcile(unread, tx);
      written += tx.size();
    }
  }

  /** A worker with 4 CPUs and 8 GiB that is ready. */
  NodeId node(String name) {
    return node(name, Map.of(), Resources.of(4, 8 * GIB));
  }

  NodeId node(String name, Map<String, String> labels) {
    return node(name, labels, Resources.of(4, 8 * GIB));
  }

  NodeId node(String name, Map<String, String> labels, Resources resources) {
    return node(
        name, labels, NodeDescriptionBuilder.builder().hostname(name).resources(resources).build());
  }

  NodeId node(String name, Map<String, String> labels, NodeDescription description) {
    NodeId id = ids.node();
    nodes.put(name, id);
    change(
        tx ->
            tx.put(
                NodeBuilder.builder()
                    .id(id)
                    .spec(new NodeSpec(null, labels, NodeRole.WORKER, Availability.ACTIVE))
                    .description(description)
                    .status(new NodeStatus(NodeState.READY, "", "10.0.0." + nodes.size(), now))
                    .build()));
    return id;
  }

  void nodes(String... names) {
    for (String name : names) {
      node(name);
    }
  }

  void edit(String node, UnaryOperator<Node> edit) {
    change(tx -> tx.put(edit.apply(tx.node(nodes.get(node)))));
  }

  void state(String node, NodeState state) {
    edit(node, old -> old.withStatus(old.status().to(state, "", now)));
  }

  void availability(String node, Availability availability) {
    edit(node, old -> old.withSpec(old.spec().withAvailability(availability)));
  }

  void removeNode(String node) {
    change(tx -> tx.delete(nodes.remove(node)));
  }

  Service service(ServiceSpec spec) {
    Service service = Service.create(ids.service(), spec);
    change(tx -> tx.put(service));
    return view.service(service.id());
  }

  /** A service with so many replicas, all pending. */
  Service run(ServiceSpec spec, int replicas) {
    Service service = service(spec);
    scale(service, replicas);
    return service;
  }

  /** Adds pending tasks up to so many. */
  void scale(Service service, int replicas) {
    change(
        tx -> {
          for (int slot = tx.tasksOf(service.id()).size() + 1; slot <= replicas; slot++) {
            tx.put(pending(tx.service(service.id()), slot));
          }
        });
  }

  Task pending(Service service, int slot) {
    return task(service, new SlotKey.Numbered(slot), null);
  }

  /** A pending task of a global service. */
  Task pendingOn(Service service, String node) {
    NodeId id = nodes.get(node);
    return task(service, new SlotKey.OnNode(id), id);
  }

  private Task task(Service service, SlotKey slot, NodeId node) {
    return new Task(
        ids.task(),
        Meta.NEW,
        service.id(),
        service.specVersion(),
        slot,
        node,
        TaskState.RUNNING,
        TaskStatus.of(TaskState.PENDING, now, "pending task scheduling"),
        List.of(),
        List.of(),
        0,
        1);
  }

  void setState(Task task, TaskState state) {
    change(tx -> tx.put(tx.task(task.id()).withStatus(TaskStatus.of(state, now, state.text()))));
  }

  void setDesired(Task task, TaskState desired) {
    change(tx -> tx.put(tx.task(task.id()).withDesiredState(desired)));
  }

  void delete(Task task) {
    change(tx -> tx.delete(task.id()));
  }

  /** A service's tasks by slot. */
  List<Task> tasks(Service service) {
    List<Task> tasks = new ArrayList<>(view.tasksOf(service.id()));
    tasks.sort(Comparator.comparing(Task::slot).thenComparing(Task::id));
    return tasks;
  }

  Task task(Service service) {
    return tasks(service).get(0);
  }

  Task current(Task task) {
    return view.task(task.id());
  }

  String err(Service service) {
    return task(service).status().err();
  }

  /** Names of the nodes of a service's tasks, by slot; {@code -} for none. */
  List<String> places(Service service) {
    return tasks(service).stream().map(task -> name(task.nodeId())).toList();
  }

  /** How many wanted tasks of the service each node has. */
  Map<String, Integer> spread(Service service) {
    Map<String, Integer> counts = new TreeMap<>();
    nodes.keySet().forEach(name -> counts.put(name, 0));
    for (Task task : tasks(service)) {
      if (task.nodeId() != null && task.isDesiredAlive() && !task.state().isTerminal()) {
        counts.merge(name(task.nodeId()), 1, Integer::sum);
      }
    }
    return counts;
  }

  String name(NodeId id) {
    return nodes.entrySet().stream()
        .filter(entry -> entry.getValue().equals(id))
        .map(Map.Entry::getKey)
        .findFirst()
        .orElse("-");
  }

  NodeId id(String node) {
    return nodes.get(node);
  }

  Explanation explain(Task task) {
    return scheduler.explain(current(task), view, now);
  }

  void pass(Duration time) {
    now = now.plus(time);
  }

  TaskId newTaskId() {
    return ids.task();
  }

  @Override
  public Instant now() {
    return now;
  }

  @Override
  public Ids ids() {
    return ids;
  }

  @Override
  public Chance chance() {
    return chance;
  }

  @Override
  public void again() {
    wantsMore = true;
  }

  @Override
  public Timer after(Duration delay, Consumer<Transaction> work) {
    throw new UnsupportedOperationException("the scheduler sets no timers");
  }

  @Override
  public CompletionStage<@Nullable Void> committed() {
    throw new UnsupportedOperationException("the scheduler waits for nothing");
  }
}
