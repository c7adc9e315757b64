package io.swarm4j.network.allocator;

import io.swarm4j.model.Attachment;
import io.swarm4j.model.ClusterSpec;
import io.swarm4j.model.Ip;
import io.swarm4j.model.Meta;
import io.swarm4j.model.Network;
import io.swarm4j.model.NetworkAttachmentSpec;
import io.swarm4j.model.NetworkId;
import io.swarm4j.model.NetworkSpec;
import io.swarm4j.model.NetworkSpecBuilder;
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
import io.swarm4j.model.TaskBuilder;
import io.swarm4j.model.TaskId;
import io.swarm4j.model.TaskSpecBuilder;
import io.swarm4j.model.TaskState;
import io.swarm4j.model.TaskStatus;
import io.swarm4j.orchestrator.ControlLoop;
import io.swarm4j.store.Log;
import io.swarm4j.store.LogEntry;
import io.swarm4j.store.MemoryLog;
import io.swarm4j.store.State;
import io.swarm4j.store.Store;
import io.swarm4j.store.Transaction;
import io.swarm4j.store.View;
import io.swarm4j.time.Chance;
import io.swarm4j.time.Ids;
import io.swarm4j.time.Loop;
import io.swarm4j.time.VirtualTime;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** A leader with a store and an allocator, and nothing else: tests play orchestrator and agent. */
public final class TestSwarm {
  private static final int MANAGERS = 4;

  private final VirtualTime time = new VirtualTime(1);
  private final Ids ids = new Ids(Chance.seeded(42));
  private final ArrayDeque<Manager> managers = new ArrayDeque<>();
  private final List<String> followed = new ArrayList<>();

  public TestSwarm() {
    this(AllocatorOptions.DEFAULT.withCoolDown(Duration.ZERO));
  }

  public TestSwarm(AllocatorOptions options) {
    this(options, 4096);
  }

  TestSwarm(AllocatorOptions options, int fullEntry) {
    for (MemoryLog log : MemoryLog.group(MANAGERS)) {
      Loop loop = time.newLoop("manager");
      Store store = new Store(loop, new SmallEntries(log, fullEntry));
      Allocator allocator = new Allocator(options);
      ControlLoop control = new ControlLoop(store, loop, Chance.seeded(7), List.of(allocator));
      managers.add(new Manager(store, control, allocator));
      AllocationAudit audit = AllocationAudit.of(View.EMPTY, followed::add);
      store.onCommit(commit -> audit.follow(commit, followed::add));
      store.open();
      time.settle();
    }
  }

  private record Manager(Store store, ControlLoop control, Allocator allocator) {}

  private Manager leader() {
    return managers.getFirst();
  }

  /** Another manager takes over: all that the allocator remembers is lost. */
  void changeLeader() {
    if (managers.size() > 1) {
      managers.removeFirst().store.close();
      time.settle();
    }
  }

  /** Lets time pass. */
  void advance(Duration span) {
    time.advance(span);
  }

  public <T> T run(Function<Transaction, T> request) {
    CompletableFuture<T> result = leader().control.submit(request).toCompletableFuture();
    time.settle();
    return result.join();
  }

  public View view() {
    return leader().store.view();
  }

  /** What was found to be wrong after any commit until now, by whichever manager. */
  Set<String> followed() {
    return new LinkedHashSet<>(followed);
  }

  /** What is wrong now, and what was found after any commit until now. */
  List<String> defects() {
    List<String> all = new ArrayList<>(followed);
    all.addAll(AllocationCheck.verify(view()));
    all.addAll(leader().allocator.differences(view()));
    return all;
  }

  public Ids ids() {
    return ids;
  }

  void cluster(ClusterSpec spec) {
    run(tx -> tx.put(tx.cluster().withSpec(spec)));
  }

  public Network network(NetworkSpec spec) {
    NetworkId id = ids.network();
    run(tx -> tx.put(Network.create(id, spec)));
    return view().network(id);
  }

  public Network overlay(String name) {
    return network(NetworkSpec.overlay(name));
  }

  public Network overlay(String name, String subnet) {
    return network(
        NetworkSpecBuilder.builder()
            .name(name)
            .pools(List.of(NetworkSpec.IpPool.of(subnet)))
            .build());
  }

  public Network ingress() {
    return network(NetworkSpecBuilder.builder().name("ingress").ingress(true).build());
  }

  /** A node in reach. */
  public Node node(String hostname, String address) {
    NodeId id = ids.node();
    run(
        tx ->
            tx.put(
                new Node(
                    id,
                    Meta.NEW,
                    new NodeSpec(null, Map.of(), NodeRole.WORKER, Availability.ACTIVE),
                    NodeDescription.UNKNOWN.withHostname(hostname),
                    new NodeStatus(NodeState.READY, "", address, tx.now()),
                    NodeRole.WORKER,
                    null)));
    return view().node(id);
  }

  /** A service without tasks on the named networks. */
  public static ServiceSpec spec(String name, String... networks) {
    return ServiceSpec.of(name, "app")
        .withTask(
            TaskSpecBuilder.builder(ServiceSpec.of(name, "app").task())
                .networks(List.of(networks).stream().map(NetworkAttachmentSpec::of).toList())
                .build());
  }

  public Service service(ServiceSpec spec) {
    ServiceId id = ids.service();
    run(tx -> tx.put(Service.create(id, spec)));
    return view().service(id);
  }

  public Service update(Service service, ServiceSpec spec) {
    run(
        tx ->
            tx.put(
                tx.service(service.id())
                    .withNewSpec(spec, 10, tx.specVersionsInUse(service.id()))));
    return view().service(service.id());
  }

  public Task task(Service service, int slot) {
    return tasks(service, slot, slot).get(0);
  }

  /** New tasks in the slots from {@code first} to {@code last}. */
  public List<Task> tasks(Service service, int first, int last) {
    List<TaskId> made = new ArrayList<>();
    run(
        tx -> {
          Service now = tx.service(service.id());
          for (int slot = first; slot <= last; slot++) {
            made.add(tx.put(newTask(tx, now, slot)).id());
          }
          return null;
        });
    return made.stream().map(view()::task).toList();
  }

  Task newTask(Transaction tx, Service service, int slot) {
    return TaskBuilder.builder()
        .id(ids.task())
        .serviceId(service.id())
        .specVersion(service.specVersion())
        .slot(new SlotKey.Numbered(slot))
        .desiredState(TaskState.RUNNING)
        .status(TaskStatus.of(TaskState.NEW, tx.now(), "created"))
        .build();
  }

  /** Brings a task to a state, as its agent would report it. */
  public Task reach(Task task, TaskState state) {
    run(
        tx -> {
          Task now = tx.task(task.id());
          return tx.put(
              now.with()
                  .nodeId(now.nodeId() == null ? someNode(tx, now) : now.nodeId())
                  .status(TaskStatus.of(state, tx.now(), state.text()))
                  .build());
        });
    return view().task(task.id());
  }

  private static NodeId someNode(State state, Task task) {
    List<Node> nodes = state.nodes();
    return nodes.isEmpty()
        ? new NodeId(0, 1)
        : nodes.get(Math.floorMod(task.hashCode(), nodes.size())).id();
  }

  void forget(Node node) {
    run(
        tx -> {
          tx.delete(node.id());
          return null;
        });
  }

  public Task start(Task task) {
    return reach(task, TaskState.RUNNING);
  }

  public Task desire(Task task, TaskState state) {
    run(tx -> tx.put(tx.task(task.id()).withDesiredState(state)));
    return view().task(task.id());
  }

  public void delete(Task task) {
    run(
        tx -> {
          tx.delete(task.id());
          return null;
        });
  }

  /** Marks a service as removed; its record stays. */
  void remove(Service service) {
    run(tx -> tx.put(tx.service(service.id()).withRemoved(tx.now())));
  }

  void forget(Service service) {
    run(
        tx -> {
          tx.delete(service.id());
          return null;
        });
  }

  void forget(Network network) {
    run(
        tx -> {
          tx.delete(network.id());
          return null;
        });
  }

  Network now(Network network) {
    return view().network(network.id());
  }

  public Service now(Service service) {
    return view().service(service.id());
  }

  public Task now(Task task) {
    return view().task(task.id());
  }

  /** A task's addresses, as text. */
  public static List<String> addresses(Task task) {
    return task.attachments().stream().map(Attachment::address).map(Ip::toString).toList();
  }

  /** A service's virtual addresses, as text. */
  public static List<String> virtualIps(Service service) {
    return service.endpoint().virtualIps().stream().map(vip -> vip.address().toString()).toList();
  }

  /** A log whose transactions are full early. */
  private record SmallEntries(Log log, int size) implements Log {
    @Override
    public int fullEntrySize(State head) {
      return size;
    }

    @Override
    public void open(Replica replica) {
      log.open(replica);
    }

    @Override
    public CompletionStage<Void> propose(LogEntry entry) {
      return log.propose(entry);
    }

    @Override
    public void close() {
      log.close();
    }
  }
}
