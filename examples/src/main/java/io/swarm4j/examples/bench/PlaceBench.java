package io.swarm4j.examples.bench;

import io.swarm4j.model.Meta;
import io.swarm4j.model.Node;
import io.swarm4j.model.Node.Availability;
import io.swarm4j.model.Node.NodeRole;
import io.swarm4j.model.Node.NodeState;
import io.swarm4j.model.NodeDescription;
import io.swarm4j.model.NodeSpec;
import io.swarm4j.model.NodeStatus;
import io.swarm4j.model.Placement;
import io.swarm4j.model.ResourceRequirements;
import io.swarm4j.model.Resources;
import io.swarm4j.model.Service;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.SlotKey;
import io.swarm4j.model.StoreObject;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskState;
import io.swarm4j.model.TaskStatus;
import io.swarm4j.orchestrator.ControlLoop;
import io.swarm4j.scheduler.PlacementEngine;
import io.swarm4j.scheduler.PlacementOptions;
import io.swarm4j.scheduler.Scheduler;
import io.swarm4j.store.MemoryLog;
import io.swarm4j.store.Store;
import io.swarm4j.store.View;
import io.swarm4j.time.Chance;
import io.swarm4j.time.Ids;
import io.swarm4j.time.Loop;
import io.swarm4j.time.VirtualTime;
import java.lang.management.ManagementFactory;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/**
 * Tasks that wait for a node: decisions alone, and with the transactions that apply them to the
 * store in memory.
 */
final class PlaceBench {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final int WARM_UP = 2;

  private final int nodes;
  private final int tasks;
  private final int services;
  private final boolean constrained;
  private final Ids ids = new Ids(Chance.seeded(42));
  private final List<StoreObject> objects = new ArrayList<>();
  private final List<Task> pending = new ArrayList<>();

  private PlaceBench(int nodes, int tasks, int services, boolean constrained) {
    this.nodes = nodes;
    this.tasks = tasks;
    this.services = services;
    this.constrained = constrained;
  }

  static List<Measurement> run(
      int samples, int nodes, int tasks, int services, boolean constrained) {
    PlaceBench bench = new PlaceBench(nodes, tasks, services, constrained);
    bench.prepare();
    double[] decide = new double[samples];
    double[] apply = new double[samples];
    for (int i = -WARM_UP; i < samples; i++) {
      double decided = bench.decide();
      double applied = bench.apply();
      if (i >= 0) {
        decide[i] = tasks / decided;
        apply[i] = tasks / applied;
      }
    }
    String size =
        tasks / 1000
            + "k tasks, "
            + nodes / 1000
            + "k nodes"
            + (constrained ? ", constraint, resources" : "");
    return List.of(
        new Measurement("place: decide " + size, "tasks/CPU-s", decide, true, 1_000_000, ""),
        new Measurement(
            "place: with store " + size,
            "tasks/CPU-s",
            apply,
            true,
            constrained ? 250_000 : 400_000,
            constrained ? "550/s with a constraint on 5k nodes" : "about 4,000/s"));
  }

  private void prepare() {
    objects.add(View.EMPTY.cluster());
    for (int i = 0; i < nodes; i++) {
      objects.add(
          new Node(
              ids.node(),
              Meta.NEW,
              new NodeSpec(null, Map.of("zone", "z" + i % 3), NodeRole.WORKER, Availability.ACTIVE),
              NodeDescription.UNKNOWN
                  .withHostname("n" + i)
                  .withResources(Resources.of(64, 256L << 30)),
              new NodeStatus(NodeState.READY, "", "10.254.0.1", NOW),
              NodeRole.WORKER,
              null));
    }
    for (int s = 0; s < services; s++) {
      Service service = Service.create(ids.service(), spec("service" + s));
      objects.add(service);
      for (int t = 0; t < tasks / services; t++) {
        Task task =
            new Task(
                ids.task(),
                Meta.NEW,
                service.id(),
                1,
                new SlotKey.Numbered(t + 1),
                null,
                TaskState.RUNNING,
                TaskStatus.of(TaskState.PENDING, NOW, "pending task scheduling"),
                List.of(),
                List.of(),
                0,
                1);
        objects.add(task);
        pending.add(task);
      }
    }
  }

  private ServiceSpec spec(String name) {
    ServiceSpec spec = ServiceSpec.of(name, "sim").withReplicas(tasks / services);
    return constrained
        ? spec.withTask(
            spec.task()
                .withPlacement(Placement.constrained("node.labels.zone!=z0"))
                .withResources(new ResourceRequirements(null, Resources.of(0.1, 64L << 20), 0)))
        : spec;
  }

  /** CPU seconds for the decisions alone. */
  private double decide() {
    View view = View.of(1, objects);
    PlacementEngine engine = PlacementEngine.of(view, PlacementOptions.DEFAULT);
    long begin = cpu();
    int placed = engine.place(pending, view, NOW).size();
    double seconds = (cpu() - begin) / 1e9;
    require(placed, tasks);
    return seconds;
  }

  /**
   * CPU seconds from the arrival of the nodes, for which all tasks have waited, until every task
   * has a node in the committed state.
   */
  private double apply() {
    VirtualTime time = new VirtualTime(1, NOW);
    Loop loop = time.newLoop("bench");
    List<StoreObject> withoutNodes =
        objects.stream().filter(each -> !(each instanceof Node)).toList();
    Store store = new Store(loop, new PreloadedLog(View.of(1, withoutNodes), MemoryLog.single()));
    ControlLoop control =
        new ControlLoop(
            store, loop, time.newChance(), List.of(new Scheduler(PlacementOptions.DEFAULT)));
    store.open();
    time.settle();
    CompletionStage<Integer> joined =
        control.submit(
            tx -> {
              objects.stream().filter(Node.class::isInstance).forEach(tx::put);
              return tx.size();
            });
    long begin = cpu();
    time.settle();
    double seconds = (cpu() - begin) / 1e9;
    require(joined.toCompletableFuture().join(), nodes);
    int placed = 0;
    for (Task task : store.view().tasks()) {
      placed += task.state() == TaskState.ASSIGNED ? 1 : 0;
    }
    require(placed, tasks);
    control.close();
    return seconds;
  }

  /**
   * CPU time of this thread: the work is done on it alone, and wall time says more about the
   * neighbours.
   */
  private static long cpu() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }

  private static void require(int actual, int expected) {
    if (actual != expected) {
      throw new IllegalStateException(actual + " instead of " + expected);
    }
  }
}
