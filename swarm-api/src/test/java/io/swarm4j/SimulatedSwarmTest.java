package io.swarm4j;

import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.model.Node.NodeState;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.Task;
import io.swarm4j.sim.Fault;
import io.swarm4j.sim.InvariantViolation;
import io.swarm4j.sim.NetworkConditions;
import io.swarm4j.sim.SimulatedImage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SimulatedSwarmTest {
  private final SimulatedSwarm sim = SimulatedSwarm.builder().managers(3).workers(3).start();
  private final Swarm swarm = sim.swarm();

  @AfterEach
  void close() {
    sim.close();
  }

  private void deploy(int replicas) {
    swarm.services().create(ServiceSpec.of("web", "nginx").withReplicas(replicas));
    sim.awaitConverged("web");
  }

  @Test
  void theFacadeWorksOnAReplicatedSwarmUnderVirtualTime() {
    deploy(6);

    assertThat(sim.running("web")).hasSize(6);
    assertThat(swarm.nodes().list()).hasSize(6);
    assertThat(sim.elapsed()).isLessThan(Duration.ofMinutes(1));
    sim.check();
  }

  @Test
  void aLostWorkersTasksAreReplacedAndFaultsEndByThemselves() {
    deploy(6);
    sim.faults().during(Duration.ofSeconds(1), Duration.ofSeconds(60), Fault.powerOff("w1"));

    assertThat(swarm.await(view -> state("w1") == NodeState.DOWN, Duration.ofMinutes(1))).isTrue();
    sim.awaitConverged("web");
    assertThat(sim.running("web")).noneMatch(task -> hostOf(task).equals("w1"));

    assertThat(swarm.await(view -> state("w1") == NodeState.READY, Duration.ofMinutes(2))).isTrue();
  }

  @Test
  void requestsGoOnAfterTheLeaderIsLost() {
    deploy(2);
    String old = sim.cluster().leaderName();
    sim.faults().now(Fault.leaderLoss());

    swarm.services().scale("web", 5);
    sim.awaitConverged("web");

    assertThat(sim.cluster().leaderName()).isNotNull().isNotEqualTo(old);
  }

  @Test
  void aWatchGoesOnAtTheNextLeaderWithoutAGap() throws Exception {
    List<Long> revisions = new ArrayList<>();
    AutoCloseable watch =
        swarm.watch(
            swarm.view().revision(),
            change -> true,
            new io.swarm4j.store.ChangeFeed.Listener() {
              @Override
              public void changed(
                  io.swarm4j.store.Commit commit, List<io.swarm4j.store.Change> changes) {
                revisions.add(commit.revision());
              }

              @Override
              public void lost(long revision) {
                throw new AssertionError("lost after " + revision);
              }
            });
    deploy(2);
    sim.faults().now(Fault.leaderLoss());
    swarm.services().scale("web", 5);
    sim.awaitConverged("web");
    watch.close();

    for (int i = 1; i < revisions.size(); i++) {
      assertThat(revisions.get(i)).isEqualTo(revisions.get(i - 1) + 1);
    }
    assertThat(revisions.get(revisions.size() - 1)).isEqualTo(swarm.view().revision());
  }

  @Test
  void aLeaderWhoseDiskWasFullForAMomentIsFollowedByAnother() {
    String old = sim.cluster().leaderName();
    sim.cluster().disk(old, Duration.ZERO, true);
    swarm.services().createAsync(ServiceSpec.of("lost", "nginx"));
    sim.pass(Duration.ofMillis(10));
    sim.cluster().disk(old, Duration.ZERO, false);

    deploy(2);
  }

  @Test
  void whatANewLeaderHasNotHeardOfDoesNotCountAsRunning() {
    deploy(9);

    sim.faults().now(Fault.muteness("w1"));
    sim.faults().now(Fault.leaderLoss());

    assertThat(swarm.await(view -> state("w1") == NodeState.UNKNOWN, Duration.ofMinutes(1)))
        .isTrue();
    Convergence outcome = swarm.services().await("web", Duration.ofMillis(100));
    assertThat(outcome).isInstanceOf(Convergence.TimedOut.class);
    assertThat(((Convergence.TimedOut) outcome).running()).isLessThan(9);
    sim.awaitConverged("web");
  }

  @Test
  void aMuteWorkerIsTakenForDeadThoughItHears() {
    sim.faults().now(Fault.muteness("w2"));

    assertThat(swarm.await(view -> state("w2") == NodeState.DOWN, Duration.ofMinutes(1))).isTrue();
  }

  @Test
  void aPoorNetworkIsSurvived() {
    sim.faults().now(Fault.network(NetworkConditions.POOR));
    deploy(9);

    assertThat(sim.running("web")).hasSize(9);
  }

  @Test
  void workersJoinAndLeave() {
    swarm.nodes().join(new NodeOptions("w9", io.swarm4j.model.Node.NodeRole.WORKER, Map.of()));
    assertThat(state("w9")).isEqualTo(NodeState.READY);

    swarm.nodes().remove("w9", true);
    sim.pass(Duration.ofSeconds(1));

    assertThat(sim.cluster().machines()).doesNotContain("w9");
  }

  @Test
  void aBreachIsThrownOutOfTheCallThatLetTimePass() {
    deploy(1);
    Task task = sim.running("web").get(0);
    sim.cluster()
        .submit(
            tx -> {
              Task other = tx.tasks().get(0);
              return tx.put(other.withSlot(new io.swarm4j.model.SlotKey.Numbered(77)));
            });

    assertThat(
            org.assertj.core.api.Assertions.catchThrowable(() -> sim.pass(Duration.ofSeconds(5))))
        .isInstanceOf(InvariantViolation.class)
        .hasMessageContaining("state only moves forward")
        .hasMessageContaining(task.id().toString())
        .hasMessageContaining("seed:   1");
  }

  @Test
  void imagesBehaveAsTheyAreTold() {
    try (SimulatedSwarm other =
        SimulatedSwarm.builder()
            .image("batch", SimulatedImage.exits(Duration.ofSeconds(30), 1))
            .start()) {
      other.swarm().services().create(ServiceSpec.of("batch", "batch"));
      other.pass(Duration.ofMinutes(2));

      assertThat(other.swarm().services().tasks("batch")).hasSizeGreaterThan(2);
    }
  }

  private NodeState state(String node) {
    return swarm.nodes().get(node).status().state();
  }

  private String hostOf(Task task) {
    return swarm.view().node(task.nodeId()).hostname();
  }
}
