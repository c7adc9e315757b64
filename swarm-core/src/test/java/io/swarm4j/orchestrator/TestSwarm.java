package io.swarm4j.orchestrator;

import io.swarm4j.agent.Agent;
import io.swarm4j.agent.NameResolver;
import io.swarm4j.dispatcher.Dispatcher;
import io.swarm4j.dispatcher.EndpointGate;
import io.swarm4j.dispatcher.LocalManagers;
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
import io.swarm4j.store.MemoryLog;
import io.swarm4j.store.Store;
import io.swarm4j.store.Transaction;
import io.swarm4j.store.View;
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
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** A leader and its nodes on virtual time, with plain placement and scripted containers. */
final class TestSwarm {
  final VirtualTime time;
  final Store store;
  final ControlLoop control;
  final Dispatcher dispatcher;
  final Ids ids;
  private final Loop agentLoop;
  private final Map<NodeId, Agent> agents = new LinkedHashMap<>();
  private final Map<NodeId, ScriptedRuntime> runtimes = new LinkedHashMap<>();

  TestSwarm(long seed) {
    time = new VirtualTime(seed);
    Loop loop = time.newLoop("manager");
    agentLoop = time.newLoop("agents");
    ids = new Ids(time.newChance());
    store = new Store(loop, MemoryLog.single());
    dispatcher = new Dispatcher(store, loop, EndpointGate.OPEN);
    RestartSupervisor restarts = new RestartSupervisor();
    control =
        new ControlLoop(
            store,
            loop,
            time.newChance(),
            List.of(
                dispatcher,
                restarts,
                new ServiceOrchestrator(restarts),
                new ConstraintEnforcer(restarts),
                new PlainPlacement(),
                new TaskReaper()));
    dispatcher.attach(control);
    store.open();
    time.settle();
  }

  /** A swarm with workers w1, w2, … that are ready. */
  static TestSwarm withWorkers(int workers) {
    TestSwarm swarm = new TestSwarm(1);
    for (int i = 1; i <= workers; i++) {
      swarm.join("w" + i);
    }
    return swarm;
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
    ScriptedRuntime runtime = new ScriptedRuntime(agentLoop, hostname);
    Agent agent =
        new Agent(
            id,
            hostname,
            runtime,
            agentLoop,
            time.newChance(),
            new LocalManagers(dispatcher),
            NameResolver.NONE);
    runtimes.put(id, runtime);
    agents.put(id, agent);
    agent.start();
    time.settle();
    return id;
  }

  <T> T write(Function<Transaction, T> request) {
    CompletableFuture<T> result = control.submit(request).toCompletableFuture();
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
          return tx.put(service.withNewSpec(change.apply(service.spec()), 10, Set.of()));
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
    return store.view();
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

  Agent agent(NodeId node) {
    return agents.get(node);
  }

  ScriptedRuntime runtime(NodeId node) {
    return runtimes.get(node);
  }

  /** The node falls silent, tasks and all, as after a power cut. */
  void powerOff(NodeId node) {
    agents.remove(node).close();
    time.settle();
  }

  /** Lets a task's program end by itself. */
  void exit(Task task, int code) {
    runtimes.get(task.nodeId()).exit(task.id(), code);
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
    List<Task> tasks = new ArrayList<>(view().tasksIn(service, new SlotKey.Numbered(number)));
    tasks.sort(Comparator.comparing((Task task) -> task.meta().createdAt()));
    return tasks;
  }

  void cluster(Function<ClusterSpec, ClusterSpec> change) {
    write(tx -> tx.put(tx.cluster().withSpec(change.apply(tx.cluster().spec()))));
  }
}
