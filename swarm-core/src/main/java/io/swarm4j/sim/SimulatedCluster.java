package io.swarm4j.sim;

import io.swarm4j.dispatcher.Manager;
import io.swarm4j.model.Cluster;
import io.swarm4j.model.Meta;
import io.swarm4j.model.Node;
import io.swarm4j.model.Node.NodeRole;
import io.swarm4j.model.Node.NodeState;
import io.swarm4j.model.NodeDescription;
import io.swarm4j.model.NodeId;
import io.swarm4j.model.NodeSpec;
import io.swarm4j.model.NodeStatus;
import io.swarm4j.model.NotFoundException;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskId;
import io.swarm4j.model.TaskState;
import io.swarm4j.model.UnavailableException;
import io.swarm4j.orchestrator.Reconciler;
import io.swarm4j.store.Transaction;
import io.swarm4j.store.View;
import io.swarm4j.time.Chance;
import io.swarm4j.time.Ids;
import io.swarm4j.time.Loop;
import io.swarm4j.time.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A whole swarm on virtual time: managers with a replicated log, nodes with simulated runtimes, and
 * the network between them, all of which fail on request.
 *
 * <p>The engine in it is the real one. All follows from the seed: the same calls give the same
 * {@link #trace()} byte for byte. What must always hold is checked after each step; a breach ends
 * the run with an {@link InvariantViolation}. Not thread-safe: one thread owns it.
 */
public final class SimulatedCluster implements AutoCloseable {
  private static final Duration START_LIMIT = Duration.ofMinutes(2);

  private final SimulationOptions options;
  private final VirtualTime time;
  private final SimulatedNetwork network;
  private final SimulatedConsensus consensus;
  private final SimulatedBalancers balancers;
  private final SimulatedRoles roles;
  private final Supervision supervision;
  private final Trace trace;
  private final MachineRoom machines;
  private final MachinePower power;
  private final LeaderRequests requests;
  private final List<Runnable> leaderListeners = new ArrayList<>();
  private final Loop users;
  private final Chance chance;
  private final Ids ids;
  private final FaultScript faults;

  private SimulatedCluster(SimulationOptions options) {
    this.options = options;
    this.time = new VirtualTime(options.seed());
    this.trace = new Trace(options.keptTrace());
    this.users = time.newLoop("users");
    this.chance = time.newChance();
    this.ids = new Ids(time.newChance());
    this.network = new SimulatedNetwork(time);
    this.consensus =
        new SimulatedConsensus(time, network, options.managerNames(), options.fullEntrySize());
    this.machines = new MachineRoom(time, options, this::starting);
    this.balancers = new SimulatedBalancers(network, time.newLoop("balancers"), machines::isUp);
    this.supervision = new Supervision(this, options);
    this.faults = new FaultScript(this);
    this.roles = new SimulatedRoles(this, consensus, users);
    this.power = new MachinePower(this, consensus, roles);
    this.requests = new LeaderRequests(this, users);
    time.afterEachStep(supervision::afterStep);
  }

  /** Starts a swarm; returns when it has a leader and all nodes are ready. */
  public static SimulatedCluster start(SimulationOptions options) {
    SimulatedCluster cluster = create(options);
    cluster.open();
    return cluster;
  }

  /** A swarm that is not started yet. */
  static SimulatedCluster create(SimulationOptions options) {
    return new SimulatedCluster(options);
  }

  void open() {
    options.managerNames().forEach(name -> machines.add(name, NodeRole.MANAGER));
    machines.all().forEach(power::startManager);
    await(() -> leader() != null, START_LIMIT, "a leader");
    join(
        submit(
            tx -> {
              tx.put(new Cluster(ids.cluster(), Meta.NEW, options.cluster()));
              options.parts().bootstrap(tx, ids);
              return null;
            }));
    options.workerNames().forEach(name -> machines.add(name, NodeRole.WORKER));
    join(submit(this::enlist));
    machines.all().forEach(power::startNode);
    await(this::allReady, START_LIMIT, "all nodes to become ready");
  }

  /** Has {@code listener} called each time that a manager begins to lead. */
  public void onLeader(Runnable listener) {
    leaderListeners.add(listener);
  }

  void leads(String machine) {
    note(machine + " leads");
    machines.members().forEach(roles::follow);
    leaderListeners.forEach(users::execute);
  }

  private void starting(String machine, TaskId task) {
    supervision.starting(machine, task);
  }

  private @Nullable Void enlist(Transaction tx) {
    for (SimulatedMachine machine : machines.all()) {
      machines.identify(machine, ids.node());
      tx.put(newNode(machine, Map.of()));
    }
    return null;
  }

  private Node newNode(SimulatedMachine machine, Map<String, String> labels) {
    return new Node(
        machine.id,
        Meta.NEW,
        NodeSpec.of(machine.role).withLabels(labels),
        NodeDescription.UNKNOWN.withHostname(machine.name),
        new NodeStatus(NodeState.UNKNOWN, "not seen yet", machine.address, time.now()),
        machine.role,
        machine.role == NodeRole.MANAGER
            ? new Node.ManagerStatus(false, true, machine.address)
            : null);
  }

  private boolean allReady() {
    View view = view();
    return machines.all().stream()
        .allMatch(
            machine -> {
              Node node = view.node(machine.id);
              return node != null && node.status().state() == NodeState.READY;
            });
  }

  // What users and nodes see.

  /** The time on which it runs. */
  public VirtualTime time() {
    return time;
  }

  public SimulatedNetwork network() {
    return network;
  }

  public Trace trace() {
    return trace;
  }

  /** What it was started with. */
  public SimulationOptions options() {
    return options;
  }

  /** Faults that come by themselves. */
  public FaultScript faults() {
    return faults;
  }

  /** New ids. */
  public Ids ids() {
    return ids;
  }

  /** Names of all machines, managers first. */
  public List<String> machines() {
    return machines.all().stream().map(machine -> machine.name).toList();
  }

  /** Names of the machines that have power. */
  public List<String> running() {
    return machines.all().stream()
        .filter(SimulatedMachine::isUp)
        .map(machine -> machine.name)
        .toList();
  }

  /** The manager that leads; null if none does, or none can know. */
  public @Nullable Manager leader() {
    String name = consensus.leader();
    Manager manager = name == null ? null : machine(name).manager;
    return manager != null && manager.isLeading() ? manager : null;
  }

  /** Name of the machine whose manager leads; null if none does. */
  public @Nullable String leaderName() {
    return leader() == null ? null : consensus.leader();
  }

  /** The components of the manager that leads; empty if none does. */
  List<? extends Reconciler> leaderComponents() {
    String name = leaderName();
    return name == null ? List.of() : machine(name).components;
  }

  /** The newest revision that each manager knows that runs, by machine. */
  Map<String, Long> revisions() {
    Map<String, Long> revisions = new LinkedHashMap<>();
    for (SimulatedMachine machine : machines.all()) {
      if (machine.manager != null) {
        revisions.put(machine.name, machine.manager.store().view().revision());
      }
    }
    return revisions;
  }

  /** The newest committed state. */
  public View view() {
    Manager leader = leader();
    if (leader != null) {
      return leader.store().view();
    }
    View newest = View.EMPTY;
    for (SimulatedMachine machine : machines.all()) {
      View seen = machine.manager == null ? View.EMPTY : machine.manager.store().view();
      newest = seen.revision() > newest.revision() ? seen : newest;
    }
    return newest;
  }

  /** Any manager, the leader if there is one. */
  public Manager anyManager() {
    Manager leader = leader();
    if (leader != null) {
      return leader;
    }
    return machines.all().stream()
        .map(machine -> machine.manager)
        .filter(Objects::nonNull)
        .findFirst()
        .orElseThrow(() -> new UnavailableException("no manager of the simulated swarm runs"));
  }

  /**
   * The runtime of a machine.
   *
   * @throws NotFoundException if there is no such machine
   */
  public SimulatedRuntime runtime(String machine) {
    return machine(machine).runtime;
  }

  /** Whether a machine takes part in the managers' decisions, up or down. */
  public boolean isManager(String machine) {
    return consensus.isVoter(machine(machine).name);
  }

  /**
   * The identity of a machine as a node.
   *
   * @throws NotFoundException if there is no such machine
   */
  public NodeId node(String machine) {
    return machine(machine).id;
  }

  /** The machine that a node is; null if it was removed. */
  public @Nullable String machineOf(NodeId node) {
    SimulatedMachine machine = machines.of(node);
    return machine == null ? null : machine.name;
  }

  SimulatedMachine machine(String name) {
    return machines.named(name);
  }

  /** The leader as a machine learns of it: from any manager that it can reach. */
  @Nullable SimulatedMachine leaderFor(SimulatedMachine machine) {
    String name = consensus.leader();
    SimulatedMachine leader = name == null ? null : machine(name);
    return leader != null && leader.isUp() && network.connects(machine.name, leader.name)
        ? leader
        : null;
  }

  /**
   * Hands a request to the leader, after an election if there is none.
   *
   * @return fails with {@link UnavailableException} if none leads for half a minute, or if
   *     leadership is lost before the request is committed
   */
  public <T> CompletionStage<T> submit(Function<Transaction, T> request) {
    return requests.submit(request);
  }

  /** Lets time pass until a stage is complete; its value. */
  public <T> T join(CompletionStage<T> stage) {
    CompletableFuture<T> future = stage.toCompletableFuture();
    time.runUntil(future::isDone, START_LIMIT);
    if (!future.isDone()) {
      throw new UnavailableException("no answer within " + START_LIMIT);
    }
    return future.join();
  }

  /** Lets time pass until a condition holds; whether it came to hold in time. */
  public boolean await(BooleanSupplier condition, Duration limit) {
    return time.runUntil(condition, limit);
  }

  private void await(BooleanSupplier condition, Duration limit, String what) {
    if (!await(condition, limit)) {
      throw new UnavailableException("waited " + limit + " in vain for " + what);
    }
  }

  /** Lets a span of time pass. */
  public void pass(Duration span) {
    time.advance(span);
  }

  /** Checks everything now, not only what changed. */
  public void check() {
    supervision.checkAll();
  }

  // What fails.

  /**
   * Adds a worker.
   *
   * @return its identity, once it is stored; the node then looks for a manager
   */
  public CompletionStage<NodeId> addWorker(String name, Map<String, String> labels) {
    SimulatedMachine machine = machines.add(name, NodeRole.WORKER);
    machines.identify(machine, ids.node());
    note("machine " + name + " is added");
    return submit(tx -> tx.put(newNode(machine, labels)).id())
        .whenComplete(
            (node, failure) -> {
              if (failure == null) {
                power.startNode(machine);
              } else {
                machines.remove(machine);
              }
            });
  }

  /** Takes a worker out of the swarm for good, as {@code node rm --force} does. */
  public void removeWorker(String name) {
    SimulatedMachine machine = machine(name);
    if (isManager(name)) {
      throw new IllegalArgumentException(name + " is a manager");
    }
    note("node " + name + " is removed");
    submit(
            tx -> {
              if (tx.node(machine.id) != null) {
                tx.delete(machine.id);
              }
              return name;
            })
        .whenComplete(
            (done, failure) -> {
              if (failure == null) {
                users.execute(() -> forget(name));
              }
            });
  }

  /** Takes a machine away that is no longer part of the swarm. */
  public void forget(String name) {
    if (machines.has(name)) {
      SimulatedMachine machine = machine(name);
      machines.remove(machine);
      power.stop(machine, true);
      balancers.remove(name);
    }
  }

  /**
   * Takes the power from a machine. All its tasks are gone; nobody is told.
   *
   * @param losesState whether a manager's disk is lost, too
   */
  public void powerOff(String name, boolean losesState) {
    power.off(machine(name), losesState);
  }

  /** Kills the engine's process on a machine. Its tasks run on. */
  public void kill(String name) {
    power.kill(machine(name));
  }

  /** Starts a machine whose engine does not run. */
  public void powerOn(String name) {
    power.on(machine(name));
  }

  /** Has the leader lose its leadership; it goes on as a follower. */
  public void deposeLeader() {
    note("leadership is lost");
    consensus.depose();
  }

  /** Lets a manager's disk take so long for each write, and take none at all if it is full. */
  public void disk(String name, Duration delay, boolean full) {
    if (isManager(name)) {
      note("disk of " + name + ": " + delay + (full ? ", full" : ""));
      consensus.disk(name, delay, full);
    }
  }

  /** Sets the clock of a machine wrong. */
  public void skewClock(String name, Duration skew) {
    SimulatedMachine machine = machine(name);
    note("clock of " + name + " is off by " + skew);
    machine.skew = skew;
    if (machine.manager != null) {
      time.skew(machine.manager.loop(), skew);
    }
    if (machine.agentLoop != null) {
      time.skew(machine.agentLoop, skew);
    }
  }

  /** Has the application of a task end by itself. */
  public void crashTask(TaskId task, int exitCode) {
    onRuntimeOf(task, runtime -> runtime.crash(task, exitCode));
  }

  /** Makes the health probes of a task fail or succeed from now on. */
  public void setHealthy(TaskId task, boolean healthy) {
    onRuntimeOf(task, runtime -> runtime.setHealthy(task, healthy));
  }

  private void onRuntimeOf(TaskId id, java.util.function.Consumer<SimulatedRuntime> action) {
    Task task = view().task(id);
    SimulatedMachine machine =
        task == null || task.nodeId() == null ? null : machines.of(task.nodeId());
    if (machine != null) {
      action.accept(machine.runtime);
    }
  }

  /** Ends every fault: all machines run, all lines are whole, all is as quick as it can be. */
  public void heal() {
    note("all faults cease");
    faults.cancel();
    network.heal();
    for (String name : machines()) {
      disk(name, Duration.ZERO, false);
      skewClock(name, Duration.ZERO);
      powerOn(name);
      machine(name).runtime.recoverFromFaults();
    }
  }

  void note(String what) {
    trace.add(time.elapsed(), what);
  }

  Supervision supervision() {
    return supervision;
  }

  MachinePower power() {
    return power;
  }

  /** What a machine runs tasks in after all was lost that ran before. */
  SimulatedRuntime newRuntime(SimulatedMachine machine) {
    return machines.newRuntime(machine.name, machine.hardware);
  }

  SimulatedBalancers balancers() {
    return balancers;
  }

  Chance chance() {
    return chance;
  }

  Loop users() {
    return users;
  }

  /** How many tasks run, as the committed state has it. */
  public long runningTasks() {
    return view().tasks().stream().filter(task -> task.state() == TaskState.RUNNING).count();
  }

  /** Ends all that runs. */
  @Override
  public void close() {
    consensus.close();
    for (SimulatedMachine machine : machines.all()) {
      power.stop(machine, true);
      machine.hardware.close();
    }
  }
}
