package io.swarm4j.orchestrator;

import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.model.Node.Availability;
import io.swarm4j.model.NodeId;
import io.swarm4j.model.Placement;
import io.swarm4j.model.Reason;
import io.swarm4j.model.ResourceRequirements;
import io.swarm4j.model.Resources;
import io.swarm4j.model.ServiceId;
import io.swarm4j.model.ServiceMode;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskState;
import io.swarm4j.testing.Feature;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

@Feature({"E17", "G06"})
class ConstraintEnforcerTest {
  private final TestSwarm swarm = TestSwarm.withWorkers(2);
  private final NodeId w1 = swarm.nodeNamed("w1");
  private final NodeId w2 = swarm.nodeNamed("w2");

  @Test
  void aTaskWhoseNodeLosesTheLabelMovesToOneThatHasIt() {
    swarm.label(w1, Map.of("zone", "a"));
    ServiceId web = swarm.create(inZoneA("web"));
    assertThat(swarm.running(web)).extracting(Task::nodeId).containsExactly(w1);

    swarm.label(w2, Map.of("zone", "a"));
    assertThat(swarm.running(web)).extracting(Task::nodeId).containsExactly(w1);
    swarm.label(w1, Map.of("zone", "b"));
    swarm.pass(Duration.ofSeconds(5));

    assertThat(swarm.running(web)).extracting(Task::nodeId).containsExactly(w2);
    Task evicted = swarm.slot(web, 1).get(0);
    assertThat(evicted.state()).isEqualTo(TaskState.SHUTDOWN);
    assertThat(evicted.status().err()).isEqualTo("assigned node no longer meets constraints");
    assertThat(evicted.status().reason()).isInstanceOf(Reason.ConstraintViolated.class);
  }

  @Test
  @Feature("G07")
  void withoutAFittingNodeTheReplacementWaitsAndSaysWhy() {
    swarm.label(w1, Map.of("zone", "a"));
    ServiceId web = swarm.create(inZoneA("web"));

    swarm.label(w1, Map.of());
    swarm.pass(Duration.ofHours(1));

    Task waiting = swarm.slot(web, 1).get(1);
    assertThat(swarm.slot(web, 1)).as("one replacement, not one per delay").hasSize(2);
    assertThat(waiting.state()).isEqualTo(TaskState.PENDING);
    assertThat(waiting.status().reason()).isInstanceOf(Reason.NoSuitableNode.class);
  }

  @Test
  @Feature("D10")
  void pausedNodesAreJudgedWhenTheyAreActiveAgain() {
    swarm.label(w1, Map.of("zone", "a"));
    ServiceId web = swarm.create(inZoneA("web"));
    swarm.availability(w1, Availability.PAUSE);

    swarm.label(w1, Map.of());
    assertThat(swarm.running(web)).hasSize(1);

    swarm.availability(w1, Availability.ACTIVE);
    assertThat(swarm.running(web)).isEmpty();
  }

  @Test
  @Feature("G20")
  void whenANodeShrinksTheTasksMadeLastLeaveIt() {
    ServiceSpec onW1 = reserving("first", 3);
    Placement placement = Placement.constrained("node.hostname == w1");
    onW1 = onW1.withTask(onW1.task().withPlacement(placement));
    ServiceId first = swarm.create(onW1);
    swarm.pass(Duration.ofSeconds(1));
    ServiceId second =
        swarm.create(
            onW1.withName("second")
                .withTask(
                    onW1.task()
                        .withResources(
                            new ResourceRequirements(null, Resources.of(1, 4 << 20), 0))));

    shrink(w1, 3);

    assertThat(swarm.slot(first, 1)).hasSize(1);
    Task evicted = swarm.slot(second, 1).get(0);
    assertThat(evicted.desiredState()).isEqualTo(TaskState.SHUTDOWN);
    assertThat(evicted.status().reason()).isInstanceOf(Reason.ConstraintViolated.class);
    assertThat(swarm.slot(second, 1)).hasSize(2);
  }

  @Test
  @Feature("G14")
  void aGlobalTaskThatNoLongerFitsIsReplacedByOneThatWaitsOnTheNode() {
    ServiceId agent = swarm.create(reserving("agent", 3).withMode(new ServiceMode.Global()));
    Task evicted = swarm.onNode(agent, w1).get(0);

    shrink(w1, 2);
    swarm.pass(Duration.ofMinutes(1));

    assertThat(swarm.view().task(evicted.id()).desiredState()).isEqualTo(TaskState.SHUTDOWN);
    assertThat(swarm.onNode(agent, w1)).hasSize(2);
    assertThat(swarm.onNode(agent, w1).get(1).isDesiredAlive()).isTrue();
  }

  private void shrink(NodeId node, double cpus) {
    swarm.write(
        tx ->
            tx.put(
                tx.node(node)
                    .withDescription(
                        tx.node(node).description().withResources(Resources.of(cpus, 8L << 30)))));
  }

  private static ServiceSpec inZoneA(String name) {
    ServiceSpec spec = ServiceSpec.of(name, "nginx");
    return spec.withTask(spec.task().withPlacement(Placement.constrained("node.labels.zone == a")));
  }

  private static ServiceSpec reserving(String name, double cpus) {
    ServiceSpec spec = ServiceSpec.of(name, "nginx");
    return spec.withTask(
        spec.task().withResources(new ResourceRequirements(null, Resources.of(cpus, 4 << 20), 0)));
  }
}
