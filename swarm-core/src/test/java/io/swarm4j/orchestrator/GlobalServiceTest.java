package io.swarm4j.orchestrator;

import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.model.Node.Availability;
import io.swarm4j.model.Node.NodeState;
import io.swarm4j.model.NodeId;
import io.swarm4j.model.Placement;
import io.swarm4j.model.Reason;
import io.swarm4j.model.RestartPolicy;
import io.swarm4j.model.RestartPolicy.RestartCondition;
import io.swarm4j.model.ServiceId;
import io.swarm4j.model.ServiceMode;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.SlotKey;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskState;
import io.swarm4j.testing.Feature;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GlobalServiceTest {
  private final TestSwarm swarm = TestSwarm.withWorkers(3);

  @Test
  @Feature({"G14", "F02"})
  void everyNodeGetsExactlyOneTaskNamedAfterTheNode() {
    ServiceId agent = swarm.create(global());

    assertThat(swarm.running(agent)).hasSize(3).extracting(Task::nodeId).doesNotHaveDuplicates();
    for (Task task : swarm.running(agent)) {
      assertThat(task.slot()).isEqualTo(new SlotKey.OnNode(task.nodeId()));
      assertThat(swarm.view().nameOf(task)).isEqualTo("agent." + task.nodeId());
    }
  }

  @Test
  @Feature({"G15", "I04"})
  void aNodeThatJoinsGetsATaskWithoutAnyCommand() {
    ServiceId agent = swarm.create(global());

    NodeId w4 = swarm.join("w4");

    assertThat(swarm.running(agent)).hasSize(4).extracting(Task::nodeId).contains(w4);
  }

  @Test
  @Feature({"G17", "E07"})
  void removingTheServiceCleansAllNodes() {
    ServiceId agent = swarm.create(global());

    swarm.remove(agent);

    assertThat(swarm.view().service(agent)).isNull();
    assertThat(swarm.view().taskCount()).isZero();
    swarm.view().nodes().forEach(n -> assertThat(swarm.runtime(n.id()).running()).isEmpty());
  }

  @Test
  void anEndedTaskIsReplacedOnItsNodeAfterTheDelay() {
    ServiceId agent = swarm.create(global());
    NodeId w2 = swarm.nodeNamed("w2");

    swarm.exit(swarm.onNode(agent, w2).get(0), 1);

    Task next = swarm.onNode(agent, w2).get(1);
    assertThat(next.desiredState()).isEqualTo(TaskState.READY);
    swarm.pass(Duration.ofSeconds(5));
    assertThat(swarm.view().task(next.id()).state()).isEqualTo(TaskState.RUNNING);
    assertThat(swarm.running(agent)).hasSize(3);
  }

  @Test
  void aPolicyOfNoneLeavesAnEndedTaskAlone() {
    ServiceId agent =
        swarm.create(
            global(RestartPolicy.builder().condition(RestartCondition.NONE).build(), List.of()));
    NodeId w2 = swarm.nodeNamed("w2");

    swarm.exit(swarm.onNode(agent, w2).get(0), 0);
    swarm.label(w2, Map.of("any", "change"));
    swarm.pass(Duration.ofHours(1));

    assertThat(swarm.onNode(agent, w2)).hasSize(1);
  }

  @Test
  @Feature({"D09", "D11"})
  void drainEndsTheTaskAndActivateBringsANewOne() {
    ServiceId agent = swarm.create(global());
    NodeId w1 = swarm.nodeNamed("w1");

    swarm.availability(w1, Availability.DRAIN);
    assertThat(swarm.running(agent)).hasSize(2);
    assertThat(swarm.onNode(agent, w1).get(0).state()).isEqualTo(TaskState.SHUTDOWN);
    swarm.pass(Duration.ofHours(1));
    assertThat(swarm.onNode(agent, w1)).hasSize(1);

    swarm.availability(w1, Availability.ACTIVE);
    assertThat(swarm.running(agent)).hasSize(3);
  }

  @Test
  @Feature({"D15", "D16", "I05"})
  void aLostNodeLosesItsTaskAndGetsANewOneWhenItReturns() {
    ServiceId agent = swarm.create(global());
    NodeId w1 = swarm.nodeNamed("w1");
    Task lost = swarm.onNode(agent, w1).get(0);

    swarm.powerOff(w1);
    swarm.pass(Duration.ofMinutes(1));
    assertThat(swarm.state(w1)).isEqualTo(NodeState.DOWN);
    assertThat(swarm.running(agent)).hasSize(2);
    assertThat(swarm.view().taskCount()).as("no task waits for a lost node").isEqualTo(3);

    swarm.powerOn(w1);
    swarm.pass(Duration.ofSeconds(10));
    assertThat(swarm.state(w1)).isEqualTo(NodeState.READY);
    assertThat(swarm.running(agent)).hasSize(3);
    assertThat(swarm.view().task(lost.id()).state()).isEqualTo(TaskState.SHUTDOWN);
  }

  @Test
  @Feature("D14")
  void tasksOfARemovedNodeAreForgotten() {
    ServiceId agent = swarm.create(global());
    NodeId w1 = swarm.nodeNamed("w1");
    swarm.powerOff(w1);
    swarm.pass(Duration.ofMinutes(1));

    swarm.removeNode(w1);

    assertThat(swarm.onNode(agent, w1)).isEmpty();
    assertThat(swarm.running(agent)).hasSize(2);
  }

  @Test
  @Feature("D13")
  void aServiceRemovedAfterItsNodeWasLeavesNothingBehind() {
    ServiceId agent = swarm.create(global());
    NodeId w1 = swarm.nodeNamed("w1");
    swarm.runtime(w1).stopTakes = Duration.ofHours(1);

    swarm.remove(agent);
    swarm.removeNode(w1);

    assertThat(swarm.view().tasksOf(agent)).isEmpty();
    assertThat(swarm.view().service(agent)).isNull();
  }

  @Test
  @Feature("D10")
  void aPausedNodeKeepsItsTaskAndGetsNoNewOne() {
    ServiceId first = swarm.create(global());
    NodeId w1 = swarm.nodeNamed("w1");
    swarm.availability(w1, Availability.PAUSE);
    assertThat(swarm.running(first)).hasSize(3);

    ServiceId second = swarm.create(global().withName("second"));
    assertThat(swarm.running(second)).hasSize(2);
    swarm.exit(swarm.onNode(first, w1).get(0), 1);
    swarm.pass(Duration.ofMinutes(1));
    assertThat(swarm.onNode(first, w1)).hasSize(1);
    assertThat(swarm.onNode(first, w1).get(0).desiredState()).isEqualTo(TaskState.SHUTDOWN);

    swarm.availability(w1, Availability.ACTIVE);
    assertThat(swarm.running(first)).hasSize(3);
    assertThat(swarm.running(second)).hasSize(3);
  }

  @Test
  @Feature({"E17", "G06"})
  void labelsDecideWhereItRuns() {
    NodeId w1 = swarm.nodeNamed("w1");
    ServiceId agent =
        swarm.create(global(RestartPolicy.DEFAULT, List.of("node.labels.disk == ssd")));
    assertThat(swarm.view().tasksOf(agent)).isEmpty();

    swarm.label(w1, Map.of("disk", "ssd"));
    assertThat(swarm.running(agent)).extracting(Task::nodeId).containsExactly(w1);

    swarm.label(w1, Map.of());
    assertThat(swarm.running(agent)).isEmpty();
    Task old = swarm.onNode(agent, w1).get(0);
    assertThat(old.state()).isEqualTo(TaskState.SHUTDOWN);
    assertThat(old.status().reason()).isInstanceOf(Reason.ConstraintViolated.class);
  }

  @Test
  void newConstraintsOfTheServiceTakeTasksFromNodesThatNoLongerFit() {
    NodeId w1 = swarm.nodeNamed("w1");
    ServiceId agent = swarm.create(global());

    swarm.update(agent, spec -> constrained(spec, List.of("node.hostname != w1")));

    assertThat(swarm.running(agent)).hasSize(2).extracting(Task::nodeId).doesNotContain(w1);
  }

  @Test
  @Feature("F15")
  void aTaskForANodeThatCanNotTakeItYetWaitsThereUnderTheSameId() {
    ServiceId agent = swarm.create(global());
    NodeId w1 = swarm.nodeNamed("w1");
    swarm.cut(w1, true);
    swarm.agent(w1).disconnect();
    swarm.pass(Duration.ofMinutes(1));
    assertThat(swarm.state(w1)).isEqualTo(NodeState.DOWN);
    swarm.cut(w1, false);
    swarm.pass(Duration.ofSeconds(20));

    assertThat(swarm.running(agent)).hasSize(3);
    List<Task> tasks = swarm.onNode(agent, w1);
    assertThat(tasks).hasSize(2);
    assertThat(tasks.get(0).state())
        .as("told to end when the node returned")
        .isEqualTo(TaskState.SHUTDOWN);
  }

  private static ServiceSpec global() {
    return ServiceSpec.of("agent", "nginx").withMode(new ServiceMode.Global());
  }

  private static ServiceSpec global(RestartPolicy restart, List<String> constraints) {
    ServiceSpec spec = constrained(global(), constraints);
    return spec.withTask(spec.task().withRestart(restart));
  }

  private static ServiceSpec constrained(ServiceSpec spec, List<String> constraints) {
    return spec.withTask(
        spec.task().withPlacement(Placement.constrained(constraints.toArray(new String[0]))));
  }
}
