package io.swarm4j.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.model.Node.Availability;
import io.swarm4j.model.Node.NodeState;
import io.swarm4j.model.Reason;
import io.swarm4j.model.Reason.FilterVerdict;
import io.swarm4j.model.Resources;
import io.swarm4j.model.Service;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskState;
import io.swarm4j.testing.Feature;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Tasks that find no node: what they are told, and when they are tried again. */
class WaitingTest {
  private static final String ELSEWHERE = "node.hostname==w4";

  private final World world = new World();

  @Test
  @Feature({"G07", "F13"})
  void anUnsatisfiableConstraintLeavesTheTaskPendingWithTheReason() {
    world.nodes("m1", "w1", "w2", "w3");

    Service onW4 = world.run(Specs.constrained("onw4", ELSEWHERE), 1);

    Task task = world.task(onW4);
    assertThat(task.state()).isEqualTo(TaskState.PENDING);
    assertThat(task.desiredState()).isEqualTo(TaskState.RUNNING);
    assertThat(task.status().message()).isEqualTo("pending task scheduling");
    assertThat(task.status().err())
        .isEqualTo("no suitable node (scheduling constraints not satisfied on 4 nodes)");
    assertThat(task.status().reason())
        .isEqualTo(
            new Reason.NoSuitableNode(
                List.of(
                    new FilterVerdict(
                        "constraint", 4, "scheduling constraints not satisfied on 4 nodes"))));
  }

  @Test
  @Feature({"G10", "F14"})
  void aMatchingButDeadNodeHasAReasonOfItsOwn() {
    world.nodes("m1", "w1", "w2", "w3", "w4");
    world.state("w4", NodeState.DOWN);

    Service onW4 = world.run(Specs.constrained("onw4", ELSEWHERE), 1);

    assertThat(world.err(onW4))
        .isEqualTo(
            "no suitable node (scheduling constraints not satisfied on 4 nodes; "
                + "1 node not available for new tasks)");
  }

  @Test
  void withoutAnyNodeTheTextIsBare() {
    Service web = world.run(Specs.plain("web"), 1);

    assertThat(world.err(web)).isEqualTo("no suitable node");
  }

  @Test
  @Feature({"G08", "G09", "F15"})
  void theSameTaskRunsAsSoonAsAFittingNodeComes() {
    world.nodes("m1", "w1");
    Service onW4 = world.run(Specs.constrained("onw4", ELSEWHERE), 1);
    Task waiting = world.task(onW4);

    world.node("w4");

    Task placed = world.task(onW4);
    assertThat(placed.id()).isEqualTo(waiting.id());
    assertThat(placed.state()).isEqualTo(TaskState.ASSIGNED);
    assertThat(placed.status().message()).isEqualTo("scheduler assigned task to node");
    assertThat(placed.status().err()).isEmpty();
    assertThat(placed.status().reason()).isEqualTo(Reason.InProgress.of(TaskState.ASSIGNED));
    assertThat(world.places(onW4)).containsExactly("w4");
  }

  @Test
  void theTextFollowsTheNodes() {
    world.nodes("m1");
    Service onW4 = world.run(Specs.constrained("onw4", ELSEWHERE), 3);

    world.node("w1");

    assertThat(world.tasks(onW4))
        .extracting(task -> task.status().err())
        .containsOnly("no suitable node (scheduling constraints not satisfied on 2 nodes)");
    world.removeNode("w1");
    assertThat(world.tasks(onW4))
        .extracting(task -> task.status().err())
        .containsOnly("no suitable node (scheduling constraints not satisfied on 1 node)");
    world.removeNode("m1");
    assertThat(world.err(onW4)).isEqualTo("no suitable node");
  }

  @Test
  void whatDoesNotMatterWritesNothing() {
    world.nodes("m1", "w1");
    Service web = world.run(Specs.plain("web"), 4);
    Service onW4 = world.run(Specs.constrained("onw4", ELSEWHERE), 100);

    world.setState(world.task(web), TaskState.RUNNING);
    assertThat(world.written).isZero();
    world.setState(world.task(web), TaskState.FAILED);
    assertThat(world.written).isZero();
    world.edit("w1", node -> node.withManager(null));
    assertThat(world.written).isZero();
    world.scale(onW4, 101);
    assertThat(world.written).isEqualTo(1);
  }

  @Test
  void aTaskIsPlacedWhenItsNodeBecomesActiveOrReadyOrGetsTheLabel() {
    world.node("w1", Map.of("zone", "a"));
    world.availability("w1", Availability.PAUSE);
    Service web = world.run(Specs.constrained("web", "node.labels.zone==b"), 1);
    assertThat(world.err(web)).isEqualTo("no suitable node (1 node not available for new tasks)");

    world.availability("w1", Availability.ACTIVE);
    assertThat(world.err(web))
        .isEqualTo("no suitable node (scheduling constraints not satisfied on 1 node)");

    world.state("w1", NodeState.UNKNOWN);
    world.edit("w1", node -> node.withSpec(node.spec().withLabels(Map.of("zone", "b"))));
    assertThat(world.err(web)).isEqualTo("no suitable node (1 node not available for new tasks)");

    world.state("w1", NodeState.READY);
    assertThat(world.places(web)).containsExactly("w1");
  }

  @Test
  void aTaskIsPlacedWhenItsNodeGrows() {
    world.node("w1", Map.of(), Resources.of(1, 0));
    Service web = world.run(Specs.reserving("web", 2, 0), 1);
    assertThat(world.places(web)).containsExactly("-");

    world.edit(
        "w1", node -> node.withDescription(node.description().withResources(Resources.of(2, 0))));

    assertThat(world.places(web)).containsExactly("w1");
  }

  @Test
  void theLongestWaitingTasksComeFirstWhenRoomIsMade() {
    world.node("w1", Map.of(), Resources.of(2, 0));
    Service web = world.run(Specs.reserving("web", 1, 0), 5);
    assertThat(world.places(web)).containsExactly("w1", "w1", "-", "-", "-");

    world.setState(world.tasks(web).get(1), TaskState.FAILED);

    assertThat(world.places(web)).containsExactly("w1", "w1", "w1", "-", "-");
  }

  @Test
  void tasksThatAreNoLongerWantedAreNotPlaced() {
    Service web = world.run(Specs.plain("web"), 3);
    world.setDesired(world.tasks(web).get(0), TaskState.SHUTDOWN);
    world.delete(world.tasks(web).get(1));

    world.node("w1");

    assertThat(world.places(web)).containsExactly("-", "w1");
  }

  @Test
  void manyTasksThatComeAndGoWhileTheyWaitLeaveTheOthersInPlace() {
    Service web = world.run(Specs.plain("web"), 1000);
    List<Task> tasks = world.tasks(web);
    world.change(tx -> tasks.subList(10, 990).forEach(task -> tx.delete(task.id())));

    world.node("w1");

    assertThat(world.places(web)).hasSize(20).containsOnly("w1");
  }

  @Test
  void aFullTransactionIsContinuedInTheNextTurn() {
    World small = new World(PlacementOptions.builder().seed(1).build(), 10);
    small.nodes("w1", "w2", "w3");

    Service web = small.run(Specs.plain("web"), 100);
    Service onW4 = small.run(Specs.constrained("onw4", ELSEWHERE), 35);

    assertThat(small.spread(web).values()).containsExactlyInAnyOrder(33, 33, 34);
    assertThat(small.tasks(onW4))
        .extracting(task -> task.status().err())
        .containsOnly("no suitable node (scheduling constraints not satisfied on 3 nodes)");
  }

  @Test
  void anotherLeaderGoesOnWhereTheLastOneStopped() {
    world.node("w1", Map.of(), Resources.of(2, 0));
    Service web = world.run(Specs.reserving("web", 1, 0), 3);

    world.lead(PlacementOptions.builder().seed(1).build());
    assertThat(world.written).isZero();
    assertThat(world.places(web)).containsExactly("w1", "w1", "-");

    world.setState(world.task(web), TaskState.FAILED);
    assertThat(world.places(web)).containsExactly("w1", "w1", "w1");
  }

  @Test
  void aGlobalTaskIsConfirmedOnItsNode() {
    world.nodes("w1", "w2");
    Service agent = world.service(Specs.plain("agent"));

    world.change(tx -> tx.put(world.pendingOn(agent, "w1")));

    assertThat(world.task(agent).state()).isEqualTo(TaskState.ASSIGNED);
    assertThat(world.task(agent).status().message())
        .isEqualTo("scheduler confirmed task can run on preassigned node");
  }

  @Test
  void aGlobalTaskThatDoesNotFitWaitsForItsNodeWithTheBareText() {
    world.node("w1", Map.of(), Resources.of(1, 0));
    world.node("w2", Map.of(), Resources.of(4, 0));
    Service load = world.run(Specs.reserving("load", 1, 0), 1);
    Service agent = world.service(Specs.reserving("agent", 1, 0));
    String busy = world.places(load).get(0);
    world.availability("w2", Availability.ACTIVE);
    world.run(Specs.reserving("more", 1, 0).withName("more"), busy.equals("w1") ? 4 : 1);
    Task onW1 = world.pendingOn(agent, "w1");

    world.change(tx -> tx.put(onW1));

    assertThat(world.current(onW1).state()).isEqualTo(TaskState.PENDING);
    assertThat(world.current(onW1).status().err()).isEqualTo("insufficient resources on 1 node");
    world.edit(
        "w1", node -> node.withDescription(node.description().withResources(Resources.of(2, 0))));
    assertThat(world.current(onW1).state()).isEqualTo(TaskState.ASSIGNED);
  }

  @Test
  void aGlobalTaskOfAPausedNodeWaits() {
    world.nodes("w1");
    world.availability("w1", Availability.PAUSE);
    Service agent = world.service(Specs.plain("agent"));

    world.change(tx -> tx.put(world.pendingOn(agent, "w1")));
    assertThat(world.err(agent)).isEqualTo("1 node not available for new tasks");

    world.availability("w1", Availability.ACTIVE);
    assertThat(world.task(agent).state()).isEqualTo(TaskState.ASSIGNED);
  }

  @Test
  void anExplanationNamesAllReasonsOfEachNode() {
    world.node("full", Map.of(), Resources.of(1, 0));
    world.node("other", Map.of("zone", "a"), Resources.of(8, 0));
    world.node("fits", Map.of("zone", "a"), Resources.of(8, 0));
    world.state("other", NodeState.DOWN);
    Service web =
        world.service(
            Specs.reserving("web", 2, 0)
                .withTask(
                    Specs.reserving("web", 2, 0)
                        .task()
                        .withPlacement(
                            Specs.constrained("web", "node.labels.zone==a").task().placement())));
    Task task = world.pending(web, 1);
    world.change(tx -> tx.put(task));

    Explanation explanation = world.explain(task);

    assertThat(explanation.isPlaceable()).isTrue();
    assertThat(explanation.summary()).isEmpty();
    assertThat(explanation.verdicts())
        .filteredOn(verdict -> verdict.node().hostname().equals("full"))
        .singleElement()
        .isInstanceOfSatisfying(
            Verdict.Refused.class,
            refused ->
                assertThat(refused.refusals())
                    .extracting(Verdict.Refusal::filter)
                    .containsExactly("resource", "constraint"));
    assertThat(explanation.verdicts())
        .filteredOn(verdict -> verdict.node().hostname().equals("fits"))
        .singleElement()
        .isInstanceOfSatisfying(
            Verdict.Suits.class, suits -> assertThat(suits.tasksOfService()).isEqualTo(1));
  }
}
