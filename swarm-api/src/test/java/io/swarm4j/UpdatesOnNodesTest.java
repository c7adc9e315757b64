package io.swarm4j;

import static io.swarm4j.SimSwarm.LONG;
import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.model.EndpointSpec;
import io.swarm4j.model.Node.Availability;
import io.swarm4j.model.Placement;
import io.swarm4j.model.PortSpec;
import io.swarm4j.model.ResourceRequirements;
import io.swarm4j.model.Resources;
import io.swarm4j.model.RolloutRecord;
import io.swarm4j.model.ServiceMode;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.Task;
import io.swarm4j.model.UpdatePolicy;
import io.swarm4j.model.UpdatePolicy.FailureAction;
import io.swarm4j.model.UpdatePolicy.UpdateOrder;
import io.swarm4j.model.UpdateStatus.State;
import io.swarm4j.sim.SimulatedImage;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What the nodes have to do with a roll-out: whether they can take it, and take part. */
class UpdatesOnNodesTest extends Payroll {
  @Test
  void aGlobalServiceIsUpdatedNodeByNodeAndOnAPausedNodeOnceItIsActive() {
    services.create(
        ServiceSpec.of("pay", "payroll:1")
            .withMode(new ServiceMode.Global())
            .withUpdate(policy(it -> it.delay(Duration.ofSeconds(10)))));
    sim.converged("pay");
    sim.nodes().availability("w2", Availability.PAUSE);

    image("payroll:2");
    assertThat(on("payroll:2")).isEqualTo(1);
    sim.pass(Duration.ofSeconds(10));
    assertThat(on("payroll:2")).isEqualTo(2);
    sim.pass(LONG);
    assertThat(on("payroll:2")).isEqualTo(4);

    sim.nodes().availability("w2", Availability.ACTIVE);
    sim.converged("pay");
    assertThat(on("payroll:2")).isEqualTo(5);
  }

  @Test
  void anUpdateThatNoNodeCanTakeTouchesNothingUntilOneCan() {
    create(3, UpdatePolicy.DEFAULT);
    List<Task> before = sim.running("pay");

    services.update(
        "pay",
        spec ->
            spec.withTask(
                spec.task().withPlacement(Placement.constrained("node.labels.disk==ssd"))));
    sim.pass(LONG);

    assertThat(sim.running("pay")).isEqualTo(before);
    assertThat(status().state()).isEqualTo(State.UPDATING);
    assertThat(status().message())
        .isEqualTo(
            "update in progress, waits: no active node satisfies the placement of the new spec");
    sim.nodes().update("w3", spec -> spec.withLabels(Map.of("disk", "ssd")));
    sim.converged("pay");
    assertThat(sim.hosts("pay")).containsExactly("w3");
    assertThat(status().message()).isEqualTo("update completed");
  }

  @Test
  void anUpdateThatReservesMoreThanAnyNodeHasTouchesNothing() {
    create(3, UpdatePolicy.DEFAULT);
    List<Task> before = sim.running("pay");

    services.update("pay", spec -> reserving(spec, Resources.of(64, 0)));
    sim.pass(LONG);

    assertThat(sim.running("pay")).isEqualTo(before);
    assertThat(status().message())
        .isEqualTo(
            "update in progress, waits: no active node that its placement allows has what the new"
                + " spec reserves");
    services.update("pay", spec -> reserving(spec, Resources.of(0.5, 0)));
    sim.converged("pay");
    assertThat(sim.running("pay")).hasSize(3).doesNotContainAnyElementsOf(before);
  }

  private static ServiceSpec reserving(ServiceSpec spec, Resources reserved) {
    return spec.withTask(spec.task().withResources(new ResourceRequirements(null, reserved, 0)));
  }

  @Test
  void anUpdateThatNoNodeCanTakeFailsAtItsProgressDeadline() {
    create(
        3,
        policy(
            it ->
                it.progressDeadline(Duration.ofMinutes(2)).failureAction(FailureAction.ROLLBACK)));
    List<Task> before = sim.running("pay");

    services.update(
        "pay",
        spec ->
            spec.withTask(
                spec.task().withPlacement(Placement.constrained("node.labels.disk==ssd"))));
    sim.pass(Duration.ofSeconds(119));
    assertThat(status().state()).isEqualTo(State.UPDATING);
    sim.nodes().update("w3", spec -> spec.withLabels(Map.of("disk", "none")));
    sim.pass(Duration.ofSeconds(1));

    sim.pass(LONG);
    assertThat(status().state()).isEqualTo(State.ROLLBACK_COMPLETED);
    assertThat(services.get("pay").rollouts())
        .extracting(RolloutRecord::cause)
        .contains("update rolled back due to no progress for PT2M");
    assertThat(sim.running("pay")).isEqualTo(before);
  }

  @Test
  void startFirstGivesWayToStopFirstWhereTheNodesHaveNoRoom() {
    services.create(
        ServiceSpec.of("pay", "payroll:1")
            .withMode(new ServiceMode.Global())
            .withEndpoint(EndpointSpec.publish(PortSpec.host(8080, 80)))
            .withUpdate(policy(it -> it.order(UpdateOrder.START_FIRST))));
    sim.converged("pay");

    image("payroll:2");

    assertThat(status().message())
        .isEqualTo(
            "update in progress, stop-first, because the old task of each node holds the ports of"
                + " its node");
    sim.converged("pay");
    assertThat(on("payroll:2")).isEqualTo(5);
    ServiceSpec full = ServiceSpec.of("full", "payroll:1").withReplicas(5);
    services.create(
        full.withTask(full.task().withPlacement(Placement.ANYWHERE.withMaxReplicasPerNode(1)))
            .withUpdate(policy(it -> it.order(UpdateOrder.START_FIRST))));
    sim.converged("full");
    services.update("full", Payroll::forced);
    sim.converged("full");
  }

  @Test
  void aNewTaskWhoseNodeIsDrainedBeforeItRunsIsNoFailureAndItsSuccessorCounts() {
    sim.behave("payroll:2", SimulatedImage.builder().startDelay(Duration.ofSeconds(10)).build());
    create(2, UpdatePolicy.DEFAULT);
    image("payroll:2");
    sim.pass(Duration.ofSeconds(5));

    sim.nodes().availability(sim.host(slot(1).get(0)), Availability.DRAIN);
    sim.pass(Duration.ofSeconds(9));
    assertThat(slot(2)).as("the second slot waits for the first").hasSize(1);
    sim.converged("pay");

    assertThat(status().state()).isEqualTo(State.COMPLETED);
    assertThat(on("payroll:2")).isEqualTo(2);
  }
}
