package io.swarm4j.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.swarm4j.Convergence;
import io.swarm4j.model.ConflictException;
import io.swarm4j.model.Node;
import io.swarm4j.model.Node.NodeRole;
import io.swarm4j.model.NodeId;
import io.swarm4j.model.Payload;
import io.swarm4j.model.PermissionDeniedException;
import io.swarm4j.model.SecretSpec;
import io.swarm4j.node.NodeProtocol.RenewRequest;
import io.swarm4j.raft.RecoveryPlan;
import io.swarm4j.security.NodeCredentials;
import io.swarm4j.store.CorruptDataException;
import io.swarm4j.store.seal.UnlockKey;
import io.swarm4j.time.Chance;
import io.swarm4j.time.RealTime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What operators do when a majority of the managers is lost, or all of them. */
@Timeout(240)
class NodeRecoveryTest {
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

  private static Map<String, Long> files(Path folder) throws IOException {
    Map<String, Long> sizes = new TreeMap<>();
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        if (!file.getFileName().toString().contains("lock")) {
          sizes.put(folder.relativize(file).toString(), Files.size(file));
        }
      }
    }
    return sizes;
  }

  @Test
  void aSurvivorGoesOnAloneAndFencesTheOthers() throws Exception {
    SwarmNode first = nodes.manager();
    SwarmNode second = nodes.manager(first, "x2");
    SwarmNode third = nodes.manager(first, "x3");
    first.swarm().services().create(TestNodes.idle("web", 3));
    first.swarm().services().await("web", TestNodes.LIMIT);
    NodeId lost = second.id();
    String id = third.id().toString();
    second.close();
    third.close();
    first.close();

    Map<String, Long> before = files(root.resolve("m1"));
    RecoveryPlan plan = nodes.builder("m1").planRecovery();
    assertThat(plan.givenUp()).containsExactlyInAnyOrder(lost.toString(), id);
    assertThat(plan.describe()).contains(lost.toString()).contains("1 services").contains("Lost:");
    assertThat(files(root.resolve("m1"))).as("a dry run changes nothing").isEqualTo(before);

    SwarmNode survivor = nodes.own(nodes.builder("m1").forceNewCluster(plan));

    assertThat(survivor.swarm().nodes().list()).extracting(Node::hostname).containsExactly("m1");
    assertThat(survivor.swarm().services().await("web", TestNodes.LIMIT))
        .isInstanceOf(Convergence.Converged.class);
    assertThat(TestNodes.running(survivor, "web")).isEqualTo(3);
    assertRefused(survivor, credentialsIn("x2"));
    assertThatThrownBy(() -> nodes.builder("m1").forceNewCluster(plan))
        .as("it runs")
        .hasMessageContaining("in use");
  }

  private NodeCredentials credentialsIn(String name) {
    try (NodeDirectory directory = NodeDirectory.open(root.resolve(name))) {
      return directory.credentials();
    }
  }

  private static void assertRefused(SwarmNode manager, NodeCredentials credentials) {
    RealTime time = new RealTime();
    byte[] request = CertificateAuthority.request(CertificateAuthority.newKey());
    try (EventLoops loops = new EventLoops("test-net", time);
        ManagerClient client =
            new ManagerClient(NodeTls.client(() -> credentials, time), loops, "x")) {
      assertThatThrownBy(
              () ->
                  client
                      .call(
                          HostPort.parse(manager.address()),
                          NodeProtocol.RENEW,
                          new RenewRequest(new Payload(request)),
                          Duration.ofSeconds(20))
                      .toCompletableFuture()
                      .join())
          .satisfies(
              failed ->
                  assertThat(((ManagerClient.Refusal) failed.getCause()).toException())
                      .isInstanceOf(PermissionDeniedException.class)
                      .hasMessageContaining("was removed from swarm"));
    }
  }

  @Test
  void aBackupBringsBackServicesSecretsAndTokens() throws Exception {
    SwarmNode first = nodes.manager();
    first.swarm().services().create(TestNodes.idle("web", 2));
    first
        .swarm()
        .secrets()
        .create(new SecretSpec("pass", Map.of(), Payload.of("confidential"), false));
    String token = first.joinToken(NodeRole.WORKER);
    Path file = root.resolve("backup");
    String key = first.backup(file);
    assertThat(Files.readString(file, java.nio.charset.StandardCharsets.ISO_8859_1))
        .doesNotContain("confidential");
    first.close();

    assertThatThrownBy(
            () -> nodes.builder("n1").restore(file, UnlockKey.create(Chance.secure()).text()))
        .isInstanceOf(CorruptDataException.class);
    SwarmNode restored = nodes.own(nodes.builder("n1").restore(file, key));

    assertThat(restored.joinToken(NodeRole.WORKER)).isEqualTo(token);
    assertThat(restored.swarm().secrets().list()).hasSize(1);
    assertThat(restored.swarm().services().await("web", TestNodes.LIMIT))
        .isInstanceOf(Convergence.Converged.class);
    assertThat(restored.swarm().nodes().list()).extracting(Node::hostname).containsExactly("n1");
    nodes.worker(restored, "w1");
    assertThatThrownBy(() -> nodes.builder("m1").restore(file, key))
        .as("a directory that holds a node")
        .isInstanceOf(ConflictException.class);
  }

  @Test
  void aStoppedManagersStateIsBackedUp() {
    SwarmNode first = nodes.manager();
    first.swarm().services().create(TestNodes.idle("web", 2));
    first.close();
    Path file = root.resolve("backup");

    String key = nodes.builder("m1").backup(file);

    SwarmNode restored = nodes.own(nodes.builder("n1").restore(file, key));
    assertThat(restored.swarm().services().get("web")).isNotNull();
  }
}
