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

  /** 100,000 tasks over 1,000 nodes. */
  static List<Measurement> many(int samples) {
    Figures figures = measure(samples, List.of(usual())).get(0);
    return List.of(figures.decided(), figures.applied(400_000, "about 4,000/s"));
  }

  /**
   * 1,000,000 tasks over 10,000 nodes with a constraint and reservations, in turns with the smaller
   * case: how much more a task costs in the larger swarm.
   */
  static List<Measurement> large(int samples) {
    List<Figures> both =
        measure(samples, List.of(usual(), new PlaceBench(10_000, 1_000_000, 1_000, true)));
    Figures usual = both.get(0);
    Figures large = both.get(1);
    double[] growth = new double[samples];
    for (int i = 0; i < samples; i++) {
      growth[i] = usual.apply[i] / large.apply[i];
    }
    return List.of(
        large.decided(),
        large.applied(250_000, "550/s with a constraint on 5k nodes"),
        new Measurement("place: cost per task, 1000k of 100k", "times", growth, false, 2, ""));
  }

  private static PlaceBench usual() {
    return new PlaceBench(1_000, 100_000, 100, false);
  }

  private static List<Figures> measure(int samples, List<PlaceBench> cases) {
    List<Figures> figures = new ArrayList<>();
    for (PlaceBench each : cases) {
      each.prepare();
      figures.add(new Figures(each.size(), new double[samples], new double[samples]));
    }
    for (int i = -WARM_UP; i < samples; i++) {
      for (int c = 0; c < cases.size(); c++) {
        PlaceBench each = cases.get(c);
        double decided = each.tasks / each.decide();
        double applied = each.tasks / each.apply();
        if (i >= 0) {
          figures.get(c).decide[i] = decided;
          figures.get(c).apply[i] = applied;
        }
      }
    }
    return figures;
  }

  private String size() {
    return tasks / 1000
        + "k tasks, "
        + nodes / 1000
        + "k nodes"
        + (constrained ? ", constraint, resources" : "");
  }

  /** Tasks per CPU second, sample by sample. */
  private record Figures(String size, double[] decide, double[] apply) {
    Measurement decided() {
      return new Measurement("place: decide " + size, "tasks/CPU-s", decide, true, 1_000_000, "");
    }

    Measurement applied(double target, String reference) {
      return new Measurement(
          "place: with store " + size, "tasks/CPU-s", apply, true, target, reference);
    }
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
