package io.swarm4j.scheduler;

import io.swarm4j.model.Constraint;
import io.swarm4j.model.GenericResource;
import io.swarm4j.model.Meta;
import io.swarm4j.model.Node;
import io.swarm4j.model.Node.Availability;
import io.swarm4j.model.Node.NodeRole;
import io.swarm4j.model.Node.NodeState;
import io.swarm4j.model.NodeBuilder;
import io.swarm4j.model.NodeDescriptionBuilder;
import io.swarm4j.model.NodeSpec;
import io.swarm4j.model.NodeStatus;
import io.swarm4j.model.Placement;
import io.swarm4j.model.Placement.SpreadPreference;
import io.swarm4j.model.PlacementBuilder;
import io.swarm4j.model.ResourceRequirements;
import io.swarm4j.model.Resources;
import io.swarm4j.model.Service;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.SlotKey;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskSpec;
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
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** How long decisions take; each line gives min, median and max of several samples. */
public final class PlacementBench {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final int SAMPLES = 9;

  private final Ids ids = new Ids(Chance.seeded(5));

  private PlacementBench() {}

  /** Runs all, or those whose names are given. */
  public static void main(String[] names) {
    PlacementBench bench = new PlacementBench();
    List<String> wanted = Arrays.asList(names);
    Map<String, Runnable> all = new TreeMap<>();
    all.put("decide-100k-1k", () -> bench.decide("decide-100k-1k", 100_000, 1_000, 100, false));
    all.put("decide-1m-10k", () -> bench.decide("decide-1m-10k", 1_000_000, 10_000, 1_000, false));
    all.put(
        "decide-100k-1k-constrained",
        () -> bench.decide("decide-100k-1k-constrained", 100_000, 1_000, 100, true));
    all.put(
        "decide-1m-10k-constrained",
        () -> bench.decide("decide-1m-10k-constrained", 1_000_000, 10_000, 1_000, true));
    all.put(
        "decide-1m-10k-one-service", () -> bench.decide("1-service", 1_000_000, 10_000, 1, false));
    all.put("interleaved-1m-10k", bench::interleaved);
    all.put("engine-1m-10k", bench::engine);
    all.put("preferences-100k-5k", bench::preferences);
    all.put("turns-100k-1k", () -> bench.turns(100_000, 1_000));
    all.put("turns-1m-10k", () -> bench.turns(1_000_000, 10_000));
    all.put("place-one", () -> bench.placeOne(false));
    all.put("place-one-tight", () -> bench.placeOne(true));
    all.forEach(
        (name, run) -> {
          if (wanted.isEmpty() || wanted.contains(name)) {
            run.run();
          }
        });
  }

  private View swarm(int nodes, int services, IntFunction<ServiceSpec> spec) {
    StoreTransaction tx = new StoreTransaction(View.EMPTY, NOW, Integer.MAX_VALUE);
    for (int i = 0; i < nodes; i++) {
      tx.put(node(i));
    }
    for (int i = 0; i < services; i++) {
      tx.put(Service.create(ids.service(), spec.apply(i)));
    }
    return tx.result();
  }

  private Node node(int i) {
    Map<String, String> labels = new TreeMap<>();
    labels.put("disk", i % 3 == 0 ? "ssd" : "hdd");
    labels.put("zone", "z" + i % 5);
    labels.put("rack", "r" + i % 50);
    Resources resources =
        new Resources(
            128_000_000_000L, 512 * World.GIB, List.of(new GenericResource.Discrete("gpu", 100)));
    return NodeBuilder.builder()
        .id(ids.node())
        .spec(new NodeSpec(null, labels, NodeRole.WORKER, Availability.ACTIVE))
        .description(
            NodeDescriptionBuilder.builder().hostname("n" + i).resources(resources).build())
        .status(new NodeStatus(NodeState.READY, "", "10.0.0.1", NOW))
        .build();
  }

  private static ServiceSpec reserving(int i, Placement placement, GenericResource... generic) {
    Resources reserved =
        new Resources((1 + i % 5) * 50_000_000L, (1 + i % 4) * 64L << 20, List.of(generic));
    return ServiceSpec.builder()
        .name("s" + i)
        .task(
            TaskSpec.of("app")
                .withResources(new ResourceRequirements(null, reserved, 0))
                .withPlacement(placement))
        .build();
  }

  private static ServiceSpec large(int i) {
    Resources reserved =
        new Resources((5 + i % 5) * 2_000_000_000L, (1 + i % 4) * World.GIB, List.of());
    return ServiceSpec.builder()
        .name("s" + i)
        .task(TaskSpec.of("app").withResources(new ResourceRequirements(null, reserved, 0)))
        .build();
  }

  private static Placement onSsd() {
    return PlacementBuilder.builder()
        .constraints(List.of(Constraint.parse("node.labels.disk==ssd")))
        .build();
  }

  private Task task(Service service, int slot) {
    return new Task(
        ids.task(),
        Meta.NEW,
        service.id(),
        1,
        new SlotKey.Numbered(slot),
        null,
        TaskState.RUNNING,
        TaskStatus.of(TaskState.PENDING, NOW, ""),
        List.of(),
        List.of(),
        0,
        1);
  }

  private static ClusterModel model(View view) {
    PlacementOptions options = PlacementOptions.builder().seed(1).build();
    ClusterModel model = new ClusterModel(options, 1, ClusterModel.Listener.NONE);
    model.load(view);
    return model;
  }

  private void decide(String name, int tasks, int nodes, int services, boolean constrained) {
    Placement placement = constrained ? onSsd() : Placement.ANYWHERE;
    View view = swarm(nodes, services, i -> reserving(i, placement));
    int[] decided = new int[tasks];
    report(
        name,
        tasks,
        () -> model(view),
        model -> {
          int done = 0;
          for (Service service : view.services()) {
            Fill fill = model.fill(model.groupOf(task(service, 1), view), NOW);
            for (int i = tasks / services; i > 0; i--) {
              decided[done++] = fill.next();
            }
          }
          require(decided);
        });
  }

  private void interleaved() {
    int tasks = 1_000_000;
    View view = swarm(10_000, 1_000, i -> reserving(i, Placement.ANYWHERE));
    int[] decided = new int[tasks];
    List<Service> services = view.services();
    report(
        "interleaved-1m-10k, each task by itself",
        tasks,
        () -> model(view),
        model -> {
          TaskGroup[] groups = new TaskGroup[services.size()];
          Arrays.setAll(groups, i -> model.groupOf(task(services.get(i), 1), view));
          for (int i = 0; i < tasks; i++) {
            decided[i] = model.fill(groups[i % groups.length], NOW).next();
          }
          require(decided);
        });
  }

  private void engine() {
    int tasks = 1_000_000;
    View view = swarm(10_000, 1_000, i -> reserving(i, Placement.ANYWHERE));
    List<Task> pending = new ArrayList<>();
    List<Service> services = view.services();
    for (int i = 0; i < tasks; i++) {
      pending.add(task(services.get(i % services.size()), i));
    }
    report(
        "engine-1m-10k, interleaved, with results as objects",
        tasks,
        () -> PlacementEngine.of(view, PlacementOptions.builder().seed(1).build()),
        engine -> {
          if (engine.place(pending, view, NOW).get(tasks - 1) instanceof Decision.Refused) {
            throw new AssertionError("a task found no node");
          }
        });
  }

  private void preferences() {
    int tasks = 100_000;
    Placement placement =
        onSsd()
            .withMaxReplicasPerNode(10)
            .withPreferences(
                List.of(
                    new SpreadPreference("node.labels.zone"),
                    new SpreadPreference("node.labels.rack")));
    View view =
        swarm(5_000, 100, i -> reserving(i, placement, new GenericResource.Discrete("gpu", 1)));
    int[] decided = new int[tasks];
    report(
        "preferences-100k-5k",
        tasks,
        () -> model(view),
        model -> {
          int done = 0;
          for (Service service : view.services()) {
            Fill fill = model.fill(model.groupOf(task(service, 1), view), NOW);
            for (int i = 0; i < 1_000; i++) {
              decided[done++] = fill.next();
            }
          }
          require(decided);
        });
  }

  /**
   * Steady churn in a swarm that is nearly full: a task ends somewhere, another one is placed.
   *
   * @param tight whether tasks are so large that most nodes have no room for another one
   */
  private void placeOne(boolean tight) {
    for (int nodes : new int[] {1_000, 10_000}) {
      View view = swarm(nodes, 1_000, i -> tight ? large(i) : reserving(i, Placement.ANYWHERE));
      ClusterModel model = model(view);
      List<Service> services = view.services();
      TaskGroup[] groups = new TaskGroup[services.size()];
      Arrays.setAll(groups, i -> model.groupOf(task(services.get(i), 1), view));
      Chance chance = Chance.seeded(9);
      long capacity = nodes * 128_000_000_000L * 95 / 100;
      List<int[]> placed = new ArrayList<>();
      for (long used = 0; used < capacity; ) {
        int group = chance.nextInt(groups.length);
        int slot = model.fill(groups[group], NOW).next();
        if (slot < 0) {
          break;
        }
        placed.add(new int[] {group, slot});
        used += groups[group].cpu;
      }
      int rounds = 300_000;
      long[] nanos = new long[rounds];
      for (int i = 0; i < 2 * rounds; i++) {
        int[] last = placed.get(placed.size() - 1);
        int victim = chance.nextInt(placed.size());
        int[] gone = placed.get(victim);
        placed.set(victim, last);
        placed.remove(placed.size() - 1);
        model.giveUp(groups[gone[0]], gone[1]);
        int group = chance.nextInt(groups.length);
        long start = System.nanoTime();
        int slot = model.fill(groups[group], NOW).next();
        nanos[i % rounds] = System.nanoTime() - start;
        if (slot >= 0) {
          placed.add(new int[] {group, slot});
        }
      }
      Arrays.sort(nanos);
      System.out.printf(
          Locale.ROOT,
          "place-one%s, %,d nodes, %,d tasks: p50 %,d ns, p99 %,d ns, p99.9 %,d ns, max %,d ns%n",
          tight ? "-tight" : "",
          nodes,
          placed.size(),
          nanos[rounds / 2],
          nanos[rounds * 99 / 100],
          nanos[rounds * 999 / 1000],
          nanos[rounds - 1]);
    }
  }

  /** The reconciler with the store, from pending tasks to assigned ones, without a log. */
  private void turns(int tasks, int nodes) {
    View empty = swarm(nodes, tasks / 1_000, i -> reserving(i, Placement.ANYWHERE));
    StoreTransaction filling = new StoreTransaction(empty, NOW, Integer.MAX_VALUE);
    for (Service service : empty.services()) {
      for (int slot = 1; slot <= 1_000; slot++) {
        filling.put(task(service, slot));
      }
    }
    View start = filling.result();
    for (int entry : new int[] {200, 4_096}) {
      long[] allocated = {0};
      report(
          "turns with " + nodes + " nodes and entries of " + entry,
          tasks,
          () -> new Turns(entry),
          turns -> allocated[0] = turns.run(start, tasks));
      System.out.printf(Locale.ROOT, "  %,d bytes allocated a task%n", allocated[0] / tasks);
    }
  }

  /** Runs a scheduler until it wants no more turns. */
  private static final class Turns implements Control {
    private final int entry;
    private boolean again;

    Turns(int entry) {
      this.entry = entry;
    }

    /** Returns the bytes that were allocated. */
    long run(View start, int tasks) {
      var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
      long before = threads.getCurrentThreadAllocatedBytes();
      Scheduler scheduler = new Scheduler(PlacementOptions.builder().seed(1).build());
      StoreTransaction tx = new StoreTransaction(start, NOW, entry);
      scheduler.begin(this, tx);
      View view = tx.result();
      int written = tx.size();
      while (again) {
        again = false;
        List<Change> changes = tx.journal();
        tx = new StoreTransaction(view, NOW, entry);
        scheduler.reconcile(changes, tx);
        view = tx.result();
        written += tx.size();
      }
      if (written != tasks) {
        throw new AssertionError(written + " tasks were placed");
      }
      return threads.getCurrentThreadAllocatedBytes() - before;
    }

    @Override
    public Instant now() {
      return NOW;
    }

    @Override
    public Ids ids() {
      throw new UnsupportedOperationException();
    }

    @Override
    public Chance chance() {
      throw new UnsupportedOperationException();
    }

    @Override
    public void again() {
      again = true;
    }

    @Override
    public Timer after(Duration delay, Consumer<Transaction> work) {
      throw new UnsupportedOperationException();
    }

    @Override
    public CompletionStage<@Nullable Void> committed() {
      throw new UnsupportedOperationException();
    }
  }

  private static void require(int[] decided) {
    for (int slot : decided) {
      if (slot < 0) {
        throw new AssertionError("a task found no node");
      }
    }
  }

  private interface Work<T> {
    void run(T subject);
  }

  private static <T> void report(String name, int tasks, Supplier<T> prepare, Work<T> work) {
    double[] millis = new double[SAMPLES];
    for (int i = -3; i < SAMPLES; i++) {
      T subject = prepare.get();
      long start = System.nanoTime();
      work.run(subject);
      double took = (System.nanoTime() - start) / 1e6;
      if (i >= 0) {
        millis[i] = took;
      }
    }
    Arrays.sort(millis);
    double median = millis[SAMPLES / 2];
    System.out.printf(
        Locale.ROOT,
        "%s: %.1f / %.1f / %.1f ms, %.0f ns a task, %.1f M/s%n",
        name,
        millis[0],
        median,
        millis[SAMPLES - 1],
        median * 1e6 / tasks,
        tasks / median / 1e3);
  }
}
