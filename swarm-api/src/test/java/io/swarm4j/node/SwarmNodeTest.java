package io.swarm4j.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.swarm4j.Convergence;
import io.swarm4j.model.ConflictException;
import io.swarm4j.model.Node.NodeRole;
import io.swarm4j.model.Node.NodeState;
import io.swarm4j.model.NodeId;
import io.swarm4j.model.Task;
import io.swarm4j.model.UnavailableException;
import io.swarm4j.testing.Feature;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SwarmNodeTest {
  @TempDir Path root;
  private TestNodes nodes;

  @BeforeEach
  void setUp() {
    nodes = new TestNodes(root);
  }

  @AfterEach
  void tearDown() {
    nodes.close();
  }

  @Test
  @Feature({"C02", "C03"})
  void initMakesOneNodeALeaderThatAlsoRunsTasks() {
    SwarmNode manager = nodes.manager();
    TestNodes.awaitState(manager, manager.id(), NodeState.READY);

    manager.swarm().services().create(TestNodes.idle("web", 2));

    assertThat(manager.swarm().services().await("web", TestNodes.LIMIT))
        .isInstanceOf(Convergence.Converged.class);
    assertThat(manager.swarm().nodes().list())
        .singleElement()
        .satisfies(node -> assertThat(node.manager().leader()).isTrue())
        .satisfies(node -> assertThat(node.description().trust()).isNotNull());
    assertThat(manager.swarm().view().networks()).anyMatch(network -> network.spec().ingress());
  }

  @Test
  @Feature({"C07", "C09", "C10"})
  void aWorkerJoinsWithATokenAndRunsTasks() {
    SwarmNode manager = nodes.manager();
    SwarmNode worker = nodes.worker(manager, "w1");

    manager.swarm().services().create(TestNodes.idle("web", 4));
    manager.swarm().services().await("web", TestNodes.LIMIT);

    assertThat(manager.joinToken(NodeRole.WORKER)).matches("SWMTKN-1-[0-9a-z]{50}-[0-9a-z]{25}");
    Map<NodeId, Long> perNode =
        manager.swarm().services().tasks("web").stream()
            .collect(Collectors.groupingBy(Task::nodeId, Collectors.counting()));
    assertThat(perNode).containsOnlyKeys(manager.id(), worker.id());
  }

  @Test
  @Feature("B09")
  void aWorkerRefusesManagersCommands() {
    SwarmNode manager = nodes.manager();
    SwarmNode worker = nodes.worker(manager, "w1");

    assertThatThrownBy(() -> worker.swarm().services().list())
        .isInstanceOf(UnavailableException.class)
        .hasMessageContaining("This node is not a swarm manager. Worker nodes can't");
  }

  @Test
  void anOutsiderIsToldHowToComeIn() {
    SwarmNode outsider = nodes.start("alone");

    assertThat(outsider.isMember()).isFalse();
    assertThatThrownBy(outsider::swarm)
        .isInstanceOf(UnavailableException.class)
        .hasMessageContaining("docker swarm init");
  }

  @Test
  void aMemberDoesNotJoinASecondTime() {
    SwarmNode manager = nodes.manager();

    assertThatThrownBy(manager::init)
        .isInstanceOf(ConflictException.class)
        .hasMessageContaining("already part of a swarm");
  }

  @Test
  void nodesKeepTheirIdentityOverARestart() throws Exception {
    SwarmNode manager = nodes.manager();
    SwarmNode worker = nodes.worker(manager, "w1");
    NodeId managerId = manager.id();
    NodeId workerId = worker.id();
    String address = manager.address();
    manager.swarm().services().create(TestNodes.idle("web", 4));
    manager.swarm().services().await("web", TestNodes.LIMIT);

    worker.close();
    manager.close();
    SwarmNode managerAgain = nodes.own(nodes.builder("m1").listen(address).start());
    SwarmNode workerAgain = nodes.start("w1");

    assertThat(managerAgain.id()).isEqualTo(managerId);
    assertThat(workerAgain.id()).isEqualTo(workerId);
    assertThat(
            managerAgain.swarm().await(view -> view.serviceNamed("web") != null, TestNodes.LIMIT))
        .as("the log is read again")
        .isTrue();
    TestNodes.awaitState(managerAgain, workerId, NodeState.READY);
    assertThat(managerAgain.swarm().services().await("web", TestNodes.LIMIT))
        .isInstanceOf(Convergence.Converged.class);
    assertThat(managerAgain.swarm().nodes().list()).hasSize(2);
  }

  @Test
  void aWorkerThatLeavesIsDownAndForgetsTheSwarm() {
    SwarmNode manager = nodes.manager();
    SwarmNode worker = nodes.worker(manager, "w1");
    NodeId id = worker.id();

    worker.leave(false);

    assertThat(worker.isMember()).isFalse();
    TestNodes.awaitState(manager, id, NodeState.DOWN);
    worker.join(manager.joinToken(NodeRole.WORKER), manager.address());
    assertThat(worker.id()).isNotEqualTo(id);
  }

  @Test
  void aManagerLeavesByForceOnly() {
    SwarmNode manager = nodes.manager();

    assertThatThrownBy(() -> manager.leave(false)).hasMessageContaining("--force");
    manager.leave(true);

    assertThat(manager.isMember()).isFalse();
    manager.init();
    assertThat(manager.isMember()).isTrue();
  }
}
