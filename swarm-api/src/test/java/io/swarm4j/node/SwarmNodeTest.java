package io.swarm4j.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.swarm4j.Convergence;
import io.swarm4j.model.ConflictException;
import io.swarm4j.model.Node.NodeRole;
import io.swarm4j.model.Node.NodeState;
import io.swarm4j.model.NodeId;
import io.swarm4j.model.SwarmException;
import io.swarm4j.model.Task;
import io.swarm4j.model.UnavailableException;
import io.swarm4j.store.seal.KeyVault;
import io.swarm4j.testing.Feature;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
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
    nodes.worker(manager, "w1");

    assertThatThrownBy(() -> manager.leave(false)).hasMessageContaining("--force");
    manager.leave(true);

    assertThat(manager.isMember()).isFalse();
    manager.init();
    assertThat(manager.isMember()).isTrue();
  }

  @Test
  void aLockedManagerThatCannotComeUpStaysLockedAndKeepsItsState() throws Exception {
    SwarmNode manager =
        nodes.own(nodes.builder("m1").cluster(TestNodes.FAST.withAutoLock(true)).start());
    manager.init();
    String key = manager.unlockKey().orElseThrow();
    manager.swarm().services().create(TestNodes.idle("web", 1));
    HostPort log = HostPort.parse(manager.swarm().view().node(manager.id()).manager().raft());
    awaitLocked(manager, root.resolve("m1/raft"));
    manager.close();
    SwarmNode again = nodes.start("m1");

    try (ServerSocket taken = new ServerSocket(log.port(), 1, InetAddress.getByName(log.host()))) {
      assertThatThrownBy(() -> again.unlock(key))
          .isInstanceOf(SwarmException.class)
          .hasMessageContaining(String.valueOf(taken.getLocalPort()));
      assertThat(again.isLocked()).isTrue();
      assertThatThrownBy(again::init).isInstanceOf(ConflictException.class);
    }

    again.unlock(key);
    assertThat(again.swarm().await(view -> view.serviceNamed("web") != null, TestNodes.LIMIT))
        .isTrue();
  }

  /** The disk follows the state, a little later. */
  private static void awaitLocked(SwarmNode manager, Path log) {
    for (int i = 0; i < 600 && !KeyVault.isLocked(log); i++) {
      manager.swarm().await(view -> false, Duration.ofMillis(100));
    }
    assertThat(KeyVault.isLocked(log)).isTrue();
  }

  @Test
  void aManagerOutOfReachIsPassedOver() {
    SwarmNode manager = nodes.manager();
    SwarmNode worker = nodes.start("w1");

    worker.join(
        manager.joinToken(NodeRole.WORKER),
        List.of("127.0.0.1:1", manager.address()),
        null,
        EntryOptions.DEFAULT);

    TestNodes.awaitState(manager, worker.id(), NodeState.READY);
  }

  @Test
  void aJoinThatFailsHereIsNotRepeatedElsewhereAndLeavesNoFiles() {
    SwarmNode manager = nodes.manager();
    SwarmNode unfit =
        nodes.own(
            nodes
                .builder("w1")
                .runtime(
                    (node, time, loop) -> {
                      throw new UnavailableException("no engine here");
                    })
                .start());
    String sameManager = manager.address().replace("127.0.0.1", "localhost");
    ThrowingCallable join =
        () ->
            unfit.join(
                manager.joinToken(NodeRole.WORKER),
                List.of(manager.address(), sameManager),
                null,
                EntryOptions.DEFAULT);

    assertThatThrownBy(join).hasMessage("no engine here");

    assertThat(manager.swarm().nodes().list()).as("admitted once").hasSize(2);
    assertThat(List.of("certificate.pem", "roots.pem", "places.properties", "node.properties"))
        .noneMatch(file -> Files.exists(root.resolve("w1").resolve(file)));
    assertThatThrownBy(join).as("it may try again").hasMessage("no engine here");
  }

  @Test
  void theRefusalOfAnExternalAuthorityIsToldAsItIs() {
    SwarmNode node =
        nodes.own(
            nodes
                .builder("m1")
                .externalAuthority(
                    (request, identity, life) ->
                        CompletableFuture.<List<X509Certificate>>supplyAsync(
                            () -> {
                              throw new ConflictException("no more certificates today");
                            }))
                .start());

    assertThatThrownBy(node::init)
        .isInstanceOf(ConflictException.class)
        .hasMessage("no more certificates today");
    assertThat(node.isMember()).isFalse();
  }
}
