package io.swarm4j.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.model.GenericResource;
import io.swarm4j.model.Node;
import io.swarm4j.model.NodeId;
import io.swarm4j.model.Resources;
import io.swarm4j.model.Service;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskState;
import io.swarm4j.model.TaskStatus;
import io.swarm4j.store.Change;
import io.swarm4j.store.StoreTransaction;
import io.swarm4j.store.View;
import io.swarm4j.testing.Feature;
import io.swarm4j.time.Chance;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * What holds for every swarm: placement against the rules in their plainest form, on random swarms.
 */
class PlacementRulesTest {
  private static final int SWARMS = 120;

  @Test
  @Feature("G02")
  void placementAgreesWithThePlainRules() {
    for (long seed = 0; seed < SWARMS / 2; seed++) {
      RandomSwarm swarm = new RandomSwarm(seed);
      PlacementEngine engine = PlacementEngine.of(swarm.view, options(seed));
      PlainPlacement plain = new PlainPlacement(swarm.view, seed);
      for (Service service : swarm.services) {
        List<Task> tasks = swarm.pending(service, swarm.chance.nextInt(80));
        List<NodeId> expected = new ArrayList<>();
        tasks.forEach(task -> expected.add(plain.place(task)));

        assertThat(nodes(engine.place(tasks, swarm.view, RandomSwarm.NOW)))
            .as("seed %d, %s", seed, service.spec())
            .isEqualTo(expected);
      }
    }
  }

  @Test
  void placementInALargeAndNearlyFullSwarmAgreesWithThePlainRules() {
    World world = new World();
    for (int i = 0; i < 120; i++) {
      world.node("n" + i, Map.of(), Resources.of(2, 0));
    }
    Service small = world.service(Specs.reserving("small", 0.5, 0));
    Service large = world.service(Specs.reserving("large", 1, 0));
    View view = world.view;
    PlacementEngine engine = PlacementEngine.of(view, options(3));
    PlainPlacement plain = new PlainPlacement(view, 3);
    Chance chance = Chance.seeded(3);
    List<Task> placed = new ArrayList<>();
    for (int round = 0; round < 60; round++) {
      Service service = round > 0 && chance.withProbability(0.5) ? small : large;
      List<Task> tasks = new ArrayList<>();
      for (int i = round == 0 ? 300 : 1 + chance.nextInt(6); i > 0; i--) {
        tasks.add(world.pending(service, i));
      }
      List<Decision> decisions = engine.place(tasks, view, world.now);

      List<NodeId> expected = new ArrayList<>();
      tasks.forEach(task -> expected.add(plain.place(task)));
      assertThat(nodes(decisions)).as("round %d", round).isEqualTo(expected);
      for (Decision decision : decisions) {
        if (decision instanceof Decision.Placed done) {
          placed.add(done.task().withNodeId(done.node()));
        }
      }
      for (int i = chance.nextInt(8); i > 0; i--) {
        Task ended = placed.remove(chance.nextInt(placed.size()));
        plain.end(ended);
        engine.apply(new Change(ended.withStatus(status(TaskState.RUNNING)), null), view);
      }
    }
  }

  @Test
  void placingAGroupIsPlacingItsTasksOneByOne() {
    for (Strategy strategy : Strategy.values()) {
      for (long seed = 0; seed < SWARMS; seed++) {
        RandomSwarm swarm = new RandomSwarm(seed);
        PlacementOptions options =
            PlacementOptions.builder()
                .seed(seed)
                .strategy(strategy)
                .filter(pickyFilter())
                .scorer((spec, usage) -> seedless(usage), seed % 2)
                .build();
        PlacementEngine together = PlacementEngine.of(swarm.view, options);
        PlacementEngine oneByOne = PlacementEngine.of(swarm.view, options);
        for (Service service : swarm.services) {
          List<Task> tasks = swarm.pending(service, 50);
          List<Decision> single = new ArrayList<>();
          tasks.forEach(
              task -> single.addAll(oneByOne.place(List.of(task), swarm.view, RandomSwarm.NOW)));

          assertThat(together.place(tasks, swarm.view, RandomSwarm.NOW))
              .as("seed %d", seed)
              .isEqualTo(single);
        }
      }
    }
  }

  private static Filter pickyFilter() {
    return new Filter() {
      @Override
      public String name() {
        return "at most seven";
      }

      @Override
      public boolean hasRoom(ServiceSpec spec, NodeUsage usage) {
        return usage.tasks() < 7;
      }
    };
  }

  private static double seedless(NodeUsage usage) {
    return usage.freeMemoryBytes() / 1e9 - usage.tasksOfService();
  }

  @Test
  void theSameStateAndSeedGiveTheSamePlacement() {
    for (long seed = 0; seed < SWARMS; seed++) {
      RandomSwarm swarm = new RandomSwarm(seed);
      List<Task> tasks = new ArrayList<>();
      swarm.services.forEach(service -> tasks.addAll(swarm.pending(service, 20)));
      PlacementEngine fresh = PlacementEngine.of(swarm.view, options(seed));
      PlacementEngine grown = PlacementEngine.of(View.EMPTY, options(seed));
      grow(grown, swarm);

      assertThat(grown.place(tasks, swarm.view, RandomSwarm.NOW))
          .as("seed %d", seed)
          .isEqualTo(fresh.place(tasks, swarm.view, RandomSwarm.NOW));
    }
  }

  /** Shows an engine the swarm in another order, with nodes and tasks that came and went. */
  private static void grow(PlacementEngine engine, RandomSwarm swarm) {
    List<Node> nodes = new ArrayList<>(swarm.view.nodes());
    Collections.reverse(nodes);
    Node guest = nodes.get(0).withId(swarm.ids.node());
    engine.apply(new Change(null, guest), swarm.view);
    nodes.forEach(node -> engine.apply(new Change(null, node), swarm.view));
    Service service = swarm.services.get(0);
    Task visitor = swarm.task(service, 5000, guest.id(), TaskState.RUNNING, TaskState.RUNNING);
    engine.apply(new Change(null, visitor), swarm.view);
    List<Task> tasks = new ArrayList<>(swarm.view.tasks());
    Collections.reverse(tasks);
    for (Task task : tasks) {
      Task before =
          swarm
              .task(service, 0, task.nodeId(), TaskState.RUNNING, TaskState.RUNNING)
              .withId(task.id())
              .withServiceId(task.serviceId());
      engine.apply(new Change(null, before), swarm.view);
      engine.apply(new Change(before, task), swarm.view);
      engine.apply(new Change(before, task), swarm.view); // seen twice, counted once
    }
    engine.apply(new Change(visitor, null), swarm.view);
    engine.apply(new Change(guest, null), swarm.view);
  }

  @Test
  @Feature("G20")
  void noNodeEverHoldsMoreThanItHas() {
    for (long seed = 0; seed < SWARMS; seed++) {
      RandomSwarm swarm = new RandomSwarm(seed);
      StoreTransaction tx = new StoreTransaction(swarm.view, RandomSwarm.NOW, Integer.MAX_VALUE);
      swarm.view.tasks().forEach(task -> tx.delete(task.id()));
      View empty = tx.result();
      PlacementEngine engine = PlacementEngine.of(empty, options(seed));
      List<Task> placed = new ArrayList<>();
      for (int round = 0; round < 20; round++) {
        for (Decision decision :
            engine.place(swarm.pending(swarm.any(swarm.services), 30), empty, RandomSwarm.NOW)) {
          if (decision instanceof Decision.Placed done) {
            placed.add(done.task().withNodeId(done.node()).withAssigned(done.assigned()));
          }
        }
        end(engine, placed, swarm);
        assertCapacity(placed, swarm, seed);
      }
    }
  }

  private static void end(PlacementEngine engine, List<Task> placed, RandomSwarm swarm) {
    for (int i = 0; i < placed.size() / 3; i++) {
      Task task = placed.remove(swarm.chance.nextInt(placed.size()));
      Task running = task.withStatus(status(TaskState.RUNNING));
      Task ended = task.withStatus(status(TaskState.COMPLETE));
      engine.apply(new Change(running, ended), swarm.view);
    }
  }

  private static TaskStatus status(TaskState state) {
    return TaskStatus.of(state, RandomSwarm.NOW, "");
  }

  private static void assertCapacity(List<Task> placed, RandomSwarm swarm, long seed) {
    for (Node node : swarm.nodes) {
      long cpu = 0;
      long memory = 0;
      long gpus = 0;
      for (Task task : placed) {
        if (node.id().equals(task.nodeId())) {
          Resources reserved = swarm.view.specOf(task).task().resources().reserved();
          cpu += reserved.nanoCpus();
          memory += reserved.memoryBytes();
          gpus += gpus(task.assigned());
        }
      }
      Resources total = node.description().resources();
      assertThat(cpu).as("seed %d", seed).isLessThanOrEqualTo(total.nanoCpus());
      assertThat(memory).as("seed %d", seed).isLessThanOrEqualTo(total.memoryBytes());
      assertThat(gpus).as("seed %d", seed).isLessThanOrEqualTo(gpus(total.generic()));
    }
  }

  private static long gpus(List<GenericResource> generic) {
    return generic.stream().mapToLong(each -> ((GenericResource.Discrete) each).count()).sum();
  }

  private static PlacementOptions options(long seed) {
    return PlacementOptions.builder().seed(seed).build();
  }

  private static List<NodeId> nodes(List<Decision> decisions) {
    return decisions.stream()
        .map(decision -> decision instanceof Decision.Placed placed ? placed.node() : null)
        .toList();
  }
}
