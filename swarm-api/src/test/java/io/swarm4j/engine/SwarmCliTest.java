package io.swarm4j.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.agent.jvm.JvmImages;
import io.swarm4j.model.ClusterSpec;
import io.swarm4j.node.SwarmNode;
import io.swarm4j.testing.DockerCli;
import io.swarm4j.testing.Feature;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The stock docker CLI brings nodes into swarms, out of them, locks and unlocks them. */
@Timeout(240)
class SwarmCliTest {
  private static final ClusterSpec FAST =
      ClusterSpec.DEFAULT.withHeartbeatPeriod(Duration.ofMillis(500));

  @TempDir private Path folder;
  private final ArrayDeque<AutoCloseable> open = new ArrayDeque<>();

  @BeforeEach
  void requireCli() {
    DockerCli.requireInstalled();
  }

  @AfterEach
  void closeAll() throws Exception {
    while (!open.isEmpty()) {
      open.pop().close();
    }
  }

  private <T extends AutoCloseable> T own(T resource) {
    open.push(resource);
    return resource;
  }

  /** A machine: a node that is in no swarm unless its directory says so, and its endpoint. */
  private final class Machine {
    private final String name;
    private final String socket;
    private SwarmNode node;
    private EngineApi api;

    Machine(String name) {
      this.name = name;
      this.socket = folder.resolve(name + ".sock").toString();
      start();
    }

    void start() {
      node =
          own(
              SwarmNode.builder(folder.resolve(name))
                  .hostname(name)
                  .listen("127.0.0.1:0")
                  .cluster(FAST)
                  .images(JvmImages.builder().image("idle", task -> task.awaitStop()).build())
                  .start());
      api = own(EngineApi.of(NodeSeat.of(node)).unixSocket(Path.of(socket)).hostName(name).start());
    }

    void restart() {
      api.close();
      node.close();
      start();
    }

    DockerCli.Said docker(String... words) {
      return new DockerCli(DockerCli.installed().get(0), api.hosts().get(0), folder).run(words);
    }

    DockerCli.Said dockerWithInput(String input, String... words) {
      return new DockerCli(DockerCli.installed().get(0), api.hosts().get(0), folder)
          .runWithInput(input, words);
    }

    String info(String field) {
      return docker("info", "--format", "{{.Swarm." + field + "}}").ok();
    }

    /** Joins with the command that another machine prints. */
    DockerCli.Said joinBy(Machine manager, String role) {
      String command =
          manager.docker("swarm", "join-token", role).lines().stream()
              .filter(line -> line.startsWith("docker swarm join"))
              .findFirst()
              .orElseThrow();
      return docker(Stream.of(command.split(" ")).skip(1).toArray(String[]::new));
    }

    void awaitNode(String other, String state) {
      assertThat(
              node.swarm()
                  .await(
                      view ->
                          view.nodes().stream()
                              .anyMatch(
                                  each ->
                                      each.hostname().equals(other)
                                          && each.status().state().name().equals(state)),
                      Duration.ofSeconds(60)))
          .as("%s becomes %s", other, state)
          .isTrue();
    }
  }

  @Test
  @Feature({"C01", "C02", "C07", "C09", "C10", "C11", "C12", "C13", "C14", "C15", "C19", "D13"})
  void aNodeComesGoesAndComesBack() {
    Machine manager = new Machine("m1");
    Machine worker = new Machine("w1");
    assertThat(manager.info("LocalNodeState")).isEqualTo("inactive");
    assertThat(manager.docker("swarm", "init").ok())
        .contains("is now a manager")
        .contains("docker swarm join --token SWMTKN-1-");

    String token = manager.docker("swarm", "join-token", "-q", "worker").ok();
    String managers = manager.docker("swarm", "join-token", "-q", "manager").ok();
    assertThat(managers).isNotEqualTo(token).startsWith(token.substring(0, 60));
    assertThat(worker.joinBy(manager, "worker").ok())
        .contains("This node joined a swarm as a worker.");
    manager.awaitNode("w1", "READY");

    String rotated = manager.docker("swarm", "join-token", "--rotate", "-q", "worker").ok();
    assertThat(rotated).isNotEqualTo(token);
    manager.awaitNode("w1", "READY"); // whoever has joined is not concerned
    Machine late = new Machine("w2");
    assertThat(late.docker("swarm", "join", "--token", token, manager.node.address()).err())
        .contains("A valid join token is necessary");

    assertThat(worker.joinBy(manager, "worker").err()).contains("already part of a swarm");
    manager.docker("node", "rm", "--force", "w1").ok();
    assertThat(worker.joinBy(manager, "worker").err())
        .as("it does not know that it was removed")
        .contains("already part of a swarm");
    assertThat(worker.docker("swarm", "leave").ok()).isEqualTo("Node left the swarm.");
    worker.joinBy(manager, "worker").ok();
    manager.awaitNode("w1", "READY");

    worker.docker("swarm", "leave").ok();
    manager.awaitNode("w1", "DOWN");
    manager.docker("node", "rm", "w1").ok();
    assertThat(manager.docker("node", "ls", "-q").lines()).hasSize(1);

    assertThat(manager.docker("swarm", "leave").err())
        .contains("Removing the last manager erases all current state of the swarm");
    assertThat(manager.docker("swarm", "leave", "--force").ok()).isEqualTo("Node left the swarm.");
    assertThat(manager.info("LocalNodeState")).isEqualTo("inactive");
  }

  @Test
  @Feature({"C08", "C16", "C20"})
  void aSecondManagerJoinsAndIsReachable() {
    Machine first = new Machine("m1");
    first.docker("swarm", "init").ok();
    Machine second = new Machine("m2");
    assertThat(second.joinBy(first, "manager").ok())
        .contains("This node joined a swarm as a manager.");
    first.awaitNode("m2", "READY");
    second
        .node
        .swarm()
        .await(
            view ->
                view.nodes().stream()
                    .allMatch(each -> each.manager() != null && each.manager().reachable()),
            Duration.ofSeconds(60));

    assertThat(second.docker("node", "ls", "--format", "{{.Hostname}} {{.ManagerStatus}}").lines())
        .containsExactlyInAnyOrder("m1 Leader", "m2 Reachable");
    assertThat(first.node.swarm().nodes().list())
        .allSatisfy(node -> assertThat(node.description().trust()).isNotNull());
  }

  @Test
  void aLockedManagerGoesOnWithTheUnlockKeyOnly() {
    Machine manager = new Machine("m1");
    String said = manager.docker("swarm", "init", "--autolock").ok();
    String key = manager.docker("swarm", "unlock-key", "-q").ok();
    assertThat(said).contains(key);
    awaitFiles(manager, true);

    manager.restart();
    assertThat(manager.info("LocalNodeState")).isEqualTo("locked");
    assertThat(manager.docker("node", "ls").err()).contains("needs to be unlocked");
    assertThat(manager.dockerWithInput(other(key) + "\n", "swarm", "unlock").err())
        .contains("swarm could not be unlocked: invalid key provided");
    manager.dockerWithInput(key + "\n", "swarm", "unlock").ok();
    manager.awaitNode("m1", "READY");
    assertThat(manager.info("LocalNodeState")).isEqualTo("active");
    assertThat(manager.dockerWithInput(key + "\n", "swarm", "unlock").err())
        .contains("swarm is not locked");

    String rotated = manager.docker("swarm", "unlock-key", "--rotate", "-q").ok();
    assertThat(rotated).isNotEqualTo(key).startsWith("SWMKEY-1-");
    manager.docker("swarm", "update", "--autolock=false").ok();
    assertThat(manager.docker("swarm", "unlock-key", "-q").err()).contains("no unlock key is set");
    awaitFiles(manager, false);
    manager.restart();
    manager.awaitNode("m1", "READY");
  }

  private static String other(String key) {
    char last = key.charAt(20);
    return key.substring(0, 20) + (last == 'A' ? 'B' : 'A') + key.substring(21);
  }

  /** The disk follows the state, a little later. */
  private void awaitFiles(Machine manager, boolean locked) {
    Path clear = folder.resolve("m1/raft/data-keys.key");
    for (int i = 0; i < 600 && clear.toFile().exists() == locked; i++) {
      manager.node.swarm().await(view -> false, Duration.ofMillis(100));
    }
    assertThat(clear.toFile().exists()).isNotEqualTo(locked);
  }
}
