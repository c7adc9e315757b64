package io.swarm4j.dispatcher;

import io.swarm4j.model.Meta;
import io.swarm4j.model.Node;
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
import io.swarm4j.model.TaskState;
import io.swarm4j.model.TaskStatus;
import io.swarm4j.orchestrator.ControlLoop;
import io.swarm4j.store.Log;
import io.swarm4j.store.Store;
import io.swarm4j.store.Transaction;
import io.swarm4j.testing.HeldLog;
import io.swarm4j.time.Ids;
import io.swarm4j.time.Loop;
import io.swarm4j.time.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** A dispatcher alone on its control loop, on virtual time. */
final class TestDispatcher {
  final VirtualTime time = new VirtualTime(1);
  final HeldLog log = new HeldLog(4096);
  final Store store;
  final ControlLoop control;
  final Dispatcher dispatcher;
  final Ids ids = new Ids(time.newChance());
  private final ServiceId service = ids.service();
  private int slots;

  TestDispatcher() {
    this(EndpointGate.OPEN, loop -> loop);
  }

  TestDispatcher(EndpointGate gate, UnaryOperator<Loop> wrapping) {
    Loop loop = wrapping.apply(time.newLoop("manager"));
    store = new Store(loop, (Log) log);
    dispatcher = new Dispatcher(store, loop, gate);
    control = new ControlLoop(store, loop, time.newChance(), List.of(dispatcher));
    dispatcher.attach(control);
    store.open();
    time.settle();
    service(ServiceSpec.of("web", "nginx"));
  }

  void service(ServiceSpec spec) {
    write(tx -> tx.put(Service.create(service, spec)));
  }

  <T> T write(Function<Transaction, T> request) {
    CompletableFuture<T> result = control.submit(request).toCompletableFuture();
    time.settle();
    return result.join();
  }

  NodeId newNode() {
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
    return id;
  }

  /** A connection of a node that has not registered yet. */
  FakeNode connect(NodeId node) {
    return new FakeNode(time, dispatcher, node);
  }

  /** A new node with an open session. */
  FakeNode join() {
    return connect(newNode()).register();
  }

  Task newTask(NodeId node, TaskState state) {
    return TaskBuilder.builder()
        .id(ids.task())
        .serviceId(service)
        .specVersion(1)
        .slot(new SlotKey.Numbered(++slots))
        .nodeId(node)
        .desiredState(TaskState.RUNNING)
        .status(TaskStatus.of(state, time.now(), ""))
        .build();
  }

  Task assign(NodeId node) {
    return write(tx -> tx.put(newTask(node, TaskState.ASSIGNED)));
  }

  void desire(Task task, TaskState desired) {
    write(tx -> tx.put(tx.task(task.id()).withDesiredState(desired)));
  }

  NodeState state(NodeId node) {
    return store.view().node(node).status().state();
  }

  TaskState state(Task task) {
    return store.view().task(task.id()).state();
  }

  void pass(Duration span) {
    time.advance(span);
  }

  void passSeconds(long seconds) {
    time.advance(Duration.ofSeconds(seconds));
  }
}
