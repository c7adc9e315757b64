package io.swarm4j;

import static io.swarm4j.SimSwarm.LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.swarm4j.model.ConflictException;
import io.swarm4j.model.Mount;
import io.swarm4j.model.Node;
import io.swarm4j.model.Node.Availability;
import io.swarm4j.model.Node.NodeState;
import io.swarm4j.model.NodeId;
import io.swarm4j.model.NotFoundException;
import io.swarm4j.model.Placement;
import io.swarm4j.model.Service;
import io.swarm4j.model.ServiceMode;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskId;
import io.swarm4j.model.TaskState;
import io.swarm4j.testing.Feature;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class NodesTest {
  private static final Duration LONG_ENOUGH_TO_BE_MISSED = Duration.ofSeconds(40);

  private final SimSwarm sim = SimSwarm.workers(2);
  private final Nodes nodes = sim.nodes();
  private final Services services = sim.services();

  @AfterEach
  void close() {
    sim.close();
  }

  @Test
  @Feature({"D01", "D02", "D03", "D04", "D05"})
  void nodesAreListedWithStateAvailabilityAndManagerStatus() {
    assertThat(nodes.list()).extracting(Node::hostname).containsExactly("m1", "w1", "w2");
    assertThat(nodes.list())
        .allMatch(node -> node.status().state() == NodeState.READY)
        .allMatch(node -> node.spec().availability() == Availability.ACTIVE);
    assertThat(nodes.get("m1").manager()).isNotNull().matches(Node.ManagerStatus::leader);
    assertThat(nodes.get("w1").manager()).isNull();
    assertThat(nodes.get("w1").status().address()).isEqualTo(sim.swarm.nodeAddresses().get("w1"));

    NodeId w1 = nodes.get("w1").id();
    assertThat(nodes.get(w1.toString()).hostname()).isEqualTo("w1");
    assertThat(nodes.get(w1.toString().substring(0, 20)).hostname()).isEqualTo("w1");
    assertThatThrownBy(() -> nodes.get("w9"))
        .isInstanceOf(NotFoundException.class)
        .hasMessageContaining("node w9 not found");
  }

  @Test
  @Feature({"D06", "D18"})
  void theTasksOfANodeAreThoseThatItRuns() {
    services.create(ServiceSpec.of("web", "nginx").withReplicas(6));
    sim.converged("web");

    assertThat(nodes.tasks("m1")).hasSize(2);
    assertThat(nodes.tasks("w1")).hasSize(2).allMatch(task -> sim.host(task).equals("w1"));
  }

  @Test
  @Feature({"D08", "E17", "G04", "G05", "G06", "I08"})
  void labelsOfNodesDecideWhereConstrainedTasksMayRun() {
    services.create(constrained("ssd", "node.labels.disk==ssd"));
    services.create(constrained("host", "node.hostname==w2"));
    services.create(constrained("boss", "node.role==manager"));
    sim.converged("host");
    sim.converged("boss");
    assertThat(sim.running("ssd")).isEmpty();
    TaskId pending = sim.wanted("ssd").get(0).id();

    nodes.update("w1", spec -> spec.withLabels(Map.of("disk", "ssd")));
    sim.converged("ssd");

    assertThat(sim.running("ssd")).extracting(Task::id).containsExactly(pending);
    assertThat(sim.hosts("ssd")).containsExactly("w1");
    assertThat(sim.hosts("host")).containsExactly("w2");
    assertThat(sim.hosts("boss")).containsExactly("m1");
  }

  @Test
  @Feature({"D09", "D10", "D11", "G11", "G12"})
  void drainMovesTasksPauseKeepsThemAndActivationMovesNothingBack() {
    services.create(ServiceSpec.of("web", "nginx").withReplicas(3));
    sim.converged("web");

    nodes.availability("w2", Availability.DRAIN);
    sim.pass(Duration.ofSeconds(10));
    assertThat(sim.running("web")).hasSize(3);
    assertThat(sim.hosts("web")).containsExactly("m1", "w1");
    nodes.availability("w2", Availability.ACTIVE);
    sim.pass(Duration.ofSeconds(10));
    assertThat(sim.hosts("web")).containsExactly("m1", "w1");

    nodes.availability("w2", Availability.PAUSE);
    nodes.availability("w1", Availability.PAUSE);
    services.scale("web", 6);
    sim.converged("web");
    assertThat(sim.hosts("web")).containsExactly("m1", "w1");
    assertThat(sim.running("web").stream().filter(task -> sim.host(task).equals("m1")).count())
        .isGreaterThanOrEqualTo(4);
  }

  @Test
  @Feature("G13")
  void scalingUpAndDownAgainMayUseAnEmptyNode() {
    nodes.availability("w2", Availability.DRAIN);
    services.create(ServiceSpec.of("web", "nginx").withReplicas(3));
    sim.converged("web");
    nodes.availability("w2", Availability.ACTIVE);

    services.scale("web", 4);
    sim.converged("web");
    services.scale("web", 3);
    sim.converged("web");

    assertThat(sim.running("web")).hasSize(3);
    assertThat(sim.hosts("web")).containsExactly("m1", "w1", "w2");
  }

  @Test
  @Feature({"D12", "D13", "SC-065"})
  void aReadyNodeIsOnlyRemovedByForce() {
    services.create(ServiceSpec.of("web", "nginx").withReplicas(3));
    sim.converged("web");

    assertThatThrownBy(() -> nodes.remove("w2", false))
        .isInstanceOf(ConflictException.class)
        .hasMessageContaining("is not down and can't be removed");
    assertThat(nodes.list()).hasSize(3);
    nodes.remove("w2", true);

    assertThat(nodes.list()).extracting(Node::hostname).containsExactly("m1", "w1");
    sim.pass(Duration.ofSeconds(10));
    assertThat(sim.running("web")).hasSize(3);
    assertThat(sim.hosts("web")).containsExactly("m1", "w1");
    assertThat(sim.runtimes.get("w2").running()).isZero();
    assertThatThrownBy(() -> nodes.remove("m1", true))
        .isInstanceOf(ConflictException.class)
        .hasMessageContaining("must be demoted");
  }

  @Test
  void theRoleOfAnEmbeddedNodeIsRefusedToChange() {
    assertThatThrownBy(() -> nodes.update("w1", spec -> spec.withRole(Node.NodeRole.MANAGER)))
        .isInstanceOf(ConflictException.class)
        .hasMessageContaining("keep the role");
  }

  @Test
  @Feature({"D03", "D14", "D15", "D17", "F16", "I05"})
  void aNodeWithoutPowerIsDownStaysListedAndLosesItsTasksToOthers() {
    services.create(ServiceSpec.of("web", "nginx").withReplicas(3));
    sim.converged("web");
    Task lost = nodes.tasks("w2").get(0);

    nodes.halt("w2");
    sim.pass(LONG_ENOUGH_TO_BE_MISSED);

    Node down = nodes.get("w2");
    assertThat(down.status().state()).isEqualTo(NodeState.DOWN);
    assertThat(down.spec().availability()).isEqualTo(Availability.ACTIVE);
    assertThat(sim.swarm.tasks().get(lost.id().toString()))
        .matches(task -> task.desiredState() == TaskState.SHUTDOWN)
        .matches(task -> task.state() == TaskState.RUNNING);
    assertThat(sim.running("web").stream().filter(task -> !sim.host(task).equals("w2"))).hasSize(3);
    assertThatThrownBy(() -> nodes.halt("w2")).isInstanceOf(NotFoundException.class);
    nodes.remove("w2", false);
    assertThat(nodes.list()).extracting(Node::hostname).containsExactly("m1", "w1");
  }

  @Test
  @Feature("P04")
  void aTaskWithANamedVolumeMovesLikeAnyOtherAndNothingMovesTheVolume() {
    ServiceSpec db = ServiceSpec.of("db", "mysql");
    Mount data = Mount.volume("data", "/var/lib/mysql");
    services.create(
        db.withTask(db.task().withContainer(db.task().container().withMounts(List.of(data)))));
    sim.converged("db");
    String before = sim.hosts("db").iterator().next();

    nodes.availability(before, Availability.DRAIN);
    sim.converged("db");

    assertThat(sim.hosts("db")).hasSize(1).doesNotContain(before);
    assertThat(services.get("db").spec().task().container().mounts()).containsExactly(data);
  }

  @Test
  @Feature({"D16", "I04", "G12"})
  void aNodeThatIsPoweredOnAgainIsTheSameNode() {
    services.create(ServiceSpec.of("web", "nginx").withReplicas(3));
    sim.converged("web");
    NodeId id = nodes.get("w2").id();
    nodes.halt("w2");
    sim.pass(LONG_ENOUGH_TO_BE_MISSED);

    Node back = nodes.join(NodeOptions.worker("w2"));
    sim.pass(Duration.ofSeconds(10));

    assertThat(back.id()).isEqualTo(id);
    assertThat(nodes.get("w2").status().state()).isEqualTo(NodeState.READY);
    assertThat(nodes.get("w2").status().address()).isEqualTo(sim.swarm.nodeAddresses().get("w2"));
    assertThat(sim.running("web")).hasSize(3);
    assertThat(sim.hosts("web")).containsExactly("m1", "w1");
    assertThatThrownBy(() -> nodes.join(NodeOptions.worker("w2")))
        .isInstanceOf(ConflictException.class)
        .hasMessageContaining("already part of this swarm");
  }

  @Test
  @Feature({"G07", "G08", "G09", "F13", "F15", "I06", "I07", "D17", "SC-061", "SC-063"})
  void aPendingTaskWaitsForeverAndRunsOnceAFittingNodeJoins() {
    services.create(constrained("far", "node.hostname==w4"));
    sim.pass(Duration.ofHours(1));
    Task pending = sim.wanted("far").get(0);
    assertThat(pending.state()).isEqualTo(TaskState.PENDING);
    assertThat(pending.desiredState()).isEqualTo(TaskState.RUNNING);
    assertThat(pending.status().err())
        .isEqualTo("no suitable node (scheduling constraints not satisfied on 3 nodes)");

    nodes.join(NodeOptions.worker("w4"));
    sim.converged("far");

    assertThat(sim.running("far")).extracting(Task::id).containsExactly(pending.id());
    assertThat(sim.hosts("far")).containsExactly("w4");
  }

  @Test
  @Feature({"E12", "G09", "SC-066"})
  void aForgottenServiceWakesUpOnAFittingNodeUnlessItWasScaledToZero() {
    services.create(constrained("forgotten", "node.hostname==w4"));
    services.create(constrained("asleep", "node.hostname==w4"));
    sim.pass(Duration.ofHours(1));
    services.scale("asleep", 0);

    nodes.join(NodeOptions.worker("w4"));
    sim.converged("forgotten");
    sim.pass(Duration.ofHours(1));

    assertThat(sim.hosts("forgotten")).containsExactly("w4");
    assertThat(sim.running("asleep")).isEmpty();
  }

  @Test
  @Feature({"G10", "F14"})
  void theOnlyFittingNodeLostLeavesTheTaskPending() {
    services.create(constrained("near", "node.hostname==w2"));
    sim.converged("near");
    nodes.halt("w2");
    sim.pass(LONG_ENOUGH_TO_BE_MISSED);

    assertThat(sim.wanted("near"))
        .singleElement()
        .matches(task -> task.state() == TaskState.PENDING)
        .extracting(task -> task.status().err())
        .isEqualTo(
            "no suitable node (scheduling constraints not satisfied on 2 nodes; "
                + "1 node not available for new tasks)");
  }

  @Test
  @Feature({"G14", "G15", "I04", "SC-060"})
  void aGlobalServiceExtendsToANodeThatJoinsAndReplicasDoNotMove() {
    services.create(ServiceSpec.of("agent", "cadvisor").withMode(new ServiceMode.Global()));
    Service web = services.create(ServiceSpec.of("web", "nginx").withReplicas(6));
    sim.converged("agent");
    sim.converged("web");
    List<Task> before = sim.running("web");

    nodes.join(NodeOptions.worker("w3"));
    sim.converged("agent");

    assertThat(sim.hosts("agent")).containsExactly("m1", "w1", "w2", "w3");
    assertThat(sim.running("web")).isEqualTo(before);
    assertThat(services.get("web").meta().createdAt()).isEqualTo(web.meta().createdAt());
  }

  @Test
  @Feature({"G01", "G02", "G03"})
  void replicasAreSpreadOverAllNodes() {
    services.create(ServiceSpec.of("web", "nginx").withReplicas(8));
    sim.converged("web");
    for (Node node : nodes.list()) {
      assertThat(nodes.tasks(node.hostname())).hasSizeBetween(2, 3);
    }

    services.scale("web", 3);
    assertThat(services.await("web", LONG)).matches(Convergence::isConverged);
    assertThat(sim.hosts("web")).containsExactly("m1", "w1", "w2");
  }

  private static ServiceSpec constrained(String name, String constraint) {
    ServiceSpec spec = ServiceSpec.of(name, "nginx");
    return spec.withTask(spec.task().withPlacement(Placement.constrained(constraint)));
  }
}
