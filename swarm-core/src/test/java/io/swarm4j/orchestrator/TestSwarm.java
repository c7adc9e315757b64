package io.swarm4j.orchestrator;

import io.swarm4j.agent.Agent;
import io.swarm4j.agent.NameResolver;
import io.swarm4j.dispatcher.EndpointGate;
import io.swarm4j.model.ClusterSpec;
import io.swarm4j.model.Meta;
import io.swarm4j.model.Node;
import io.swarm4j.model.Node.Availability;
import io.swarm4j.model.Node.NodeRole;
import io.swarm4j.model.Node.NodeState;
import io.swarm4j.model.NodeDescription;
import io.swarm4j.model.NodeId;
import io.swarm4j.model.NodeSpec;
import io.swarm4j.model.NodeStatus;
import io.swarm4j.model.Service;
import io.swarm4j.model.ServiceId;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.SlotKey;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskState;
import io.swarm4j.store.Log;
import io.swarm4j.store.MemoryLog;
import io.swarm4j.store.Transaction;
import io.swarm4j.store.View;
import io.swarm4j.testing.ScriptedRuntime;
import io.swarm4j.time.Ids;
import io.swarm4j.time.Loop;
import io.swarm4j.time.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Managers and nodes on virtual time, with plain placement and scripted containers. */
final class TestSwarm {
  final VirtualTime time;
  final Ids ids;
  final List<TestManager> managers = new ArrayList<>();

  /** The runtimes of all nodes in all their lives. */
  final List<ScriptedRuntime> runtimes = new ArrayList<>();

  private final Loop agentLoop;
  private final Map<NodeId, Machine> machines = new LinkedHashMap<>();

  /** A node's hardware: what survives nothing but its name. */
  private static final class Machine {
    final String hostname;
    Agent agent;
    ScriptedRuntime runtime;
    TestWire wire;

    Machine(String hostname) {
      this.hostname = hostname;
    }
  }

  TestSwarm(long seed) {
    this(seed, List.of(MemoryLog.single()), EndpointGate.OPEN);
  }

  /** One manager for each log. */
  TestSwarm(long seed, List<? extends Log> logs, EndpointGate gate) {
    time = new VirtualTime(seed);
    agentLoop = time.newLoop("agents");
    ids = new Ids(time.newChance());
    logs.forEach(log -> managers.add(new TestManager(time, log, gate)));
  }

  /** A swarm with workers w1, w2, … that are ready. */
  static TestSwarm withWorkers(int workers) {
    return new TestSwarm(1).joinWorkers(workers);
  }

  TestSwarm joinWorkers(int workers) {
    for (int i = 1; i <= workers; i++) {
      join("w" + i);
    }
    return this;
  }

  @Nullable TestManager leaderOrNull() {
    return managers.stream().filter(TestManager::isLeading).findFirst().orElse(null);
  }

  TestManager leader() {
    TestManager leader = leaderOrNull();
    if (leader == null) {
      throw new AssertionError("no manager leads");
    }
    return leader;
  }

  /** Ends the leader in good order. */
  void closeLeader() {
    TestManager old = leader();
    managers.remove(old);
    old.close(time);
  }

  NodeId join(String hostname) {
    NodeId id = ids.node();
    write(
        tx ->
            tx.put(
                new Node(
                    id,
                    Meta.NEW,
                    NodeSpec.of(NodeRole.WORKER),
                    NodeDescription.UNKNOWN,
                    new NodeStatus(NodeState.UNKNOWN, "", "", Instant.EPOCH),
                    NodeRole.WORKER,
                    null)));
    machines.put(id, new Machine(hostname));
    powerOn(id);
    return id;
  }

  /** The node starts with an empty memory and looks for a manager. */
  void powerOn(NodeId id) {
    Machine machine = machines.get(id);
    machine.runtime = new ScriptedRuntime(agentLoop, machine.hostname);
    runtimes.add(machine.runtime);
    startAgent(id, machine);
  }

  private void startAgent(NodeId id, Machine machine) {
    machine.wire = new TestWire(this::leaderOrNull);
    machine.agent =
        new Agent(
            id,
            machine.hostname,
            machine.runtime,
            agentLoop,
            time.newChance(),
            machine.wire,
            NameResolver.NONE);
    machine.agent.start();
    time.settle();
  }

  /** The node's engine dies; what it has started runs on. */
  void killAgent(NodeId node) {
    powerOff(node); // a scripted runtime keeps what it runs
  }

  /** The node's engine starts again after its death, and finds what runs. */
  void restartAgent(NodeId id) {
    startAgent(id, machines.get(id));
  }

  /** The node falls silent, tasks and all, as after a power cut. */
  void powerOff(NodeId node) {
    machines.get(node).wire.cut = true;
    machines.get(node).agent.close();
    time.settle();
  }

  /** Cuts or mends a node's cable; its tasks run on. */
  void cut(NodeId node, boolean cut) {
    machines.get(node).wire.cut = cut;
  }

  void removeNode(NodeId node) {
    write(
        tx -> {
          tx.delete(node);
          return null;
        });
  }

  <T> T write(Function<Transaction, T> request) {
    CompletableFuture<T> result = leader().control.submit(request).toCompletableFuture();
    time.settle();
    return result.join();
  }

  ServiceId create(ServiceSpec spec) {
    return write(tx -> tx.put(Service.create(ids.service(), spec))).id();
  }

  void update(ServiceId id, Function<ServiceSpec, ServiceSpec> change) {
    write(
        tx -> {
          Service service = tx.service(id);
          return ServiceWrites.update(tx, service, change.apply(service.spec()));
        });
  }

  void remove(ServiceId id) {
    write(tx -> tx.put(tx.service(id).withRemoved(time.now())));
  }

  void availability(NodeId node, Availability availability) {
    write(
        tx -> tx.put(tx.node(node).withSpec(tx.node(node).spec().withAvailability(availability))));
  }

  void label(NodeId node, Map<String, String> labels) {
    write(tx -> tx.put(tx.node(node).withSpec(tx.node(node).spec().withLabels(labels))));
  }

  View view() {
    return (leaderOrNull() == null ? managers.get(0) : leader()).store.view();
  }

  Node node(NodeId id) {
    return view().node(id);
  }

  NodeId nodeNamed(String hostname) {
    return view().nodes().stream()
        .filter(node -> node.hostname().equals(hostname))
        .findFirst()
        .orElseThrow()
        .id();
  }

  NodeState state(NodeId node) {
    return node(node).status().state();
  }

  Agent agent(NodeId node) {
    return machines.get(node).agent;
  }

  ScriptedRuntime runtime(NodeId node) {
    return machines.get(node).runtime;
  }

  /** Lets a task's program end by itself. */
  void exit(Task task, int code) {
    runtime(task.nodeId()).exit(task.id(), code);
    time.settle();
  }

  void pass(Duration span) {
    time.advance(span);
  }

  /** Tasks of a service that run and shall run, by slot. */
  List<Task> running(ServiceId service) {
    return view().tasksOf(service).stream()
        .filter(task -> task.state() == TaskState.RUNNING && task.isDesiredAlive())
        .sorted(Comparator.comparing(Task::slot))
        .toList();
  }

  /** All tasks of a numbered slot, oldest first. */
  List<Task> slot(ServiceId service, int number) {
    return oldestFirst(view().tasksIn(service, new SlotKey.Numbered(number)));
  }

  /** All tasks of a global service on one node, oldest first. */
  List<Task> onNode(ServiceId service, NodeId node) {
    return oldestFirst(view().tasksIn(service, new SlotKey.OnNode(node)));
  }

  private static List<Task> oldestFirst(List<Task> tasks) {
    List<Task> sorted = new ArrayList<>(tasks);
    sorted.sort(Comparator.comparing((Task task) -> task.meta().createdAt()));
    return sorted;
  }

  void cluster(Function<ClusterSpec, ClusterSpec> change) {
    write(tx -> tx.put(tx.cluster().withSpec(change.apply(tx.cluster().spec()))));
  }
}
