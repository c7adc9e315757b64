package io.swarm4j.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.swarm4j.model.ClusterSpec;
import io.swarm4j.model.Node.NodeRole;
import io.swarm4j.node.SwarmNode;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is said when a node begins or joins a swarm. */
@Timeout(120)
class SwarmEntryTest {
  @TempDir private Path folder;
  private final Deque<AutoCloseable> open = new ArrayDeque<>();

  @AfterEach
  void close() throws Exception {
    while (!open.isEmpty()) {
      open.pop().close();
    }
  }

  private SwarmNode node(String name) {
    SwarmNode node =
        SwarmNode.builder(folder.resolve(name))
            .hostname(name)
            .listen("127.0.0.1:0")
            .cluster(ClusterSpec.DEFAULT.withHeartbeatPeriod(Duration.ofMillis(500)))
            .start();
    open.push(node);
    return node;
  }

  private Requests serve(SwarmNode node) {
    EngineApi api =
        EngineApi.of(NodeSeat.of(node)).openTcp(new InetSocketAddress("127.0.0.1", 0)).start();
    open.push(api);
    return new Requests(api.hosts().get(0));
  }

  /** Every field of what {@code swarm init} may send: stored, or refused by name. */
  @Test
  void everyFieldOfInitIsStoredOrRefusedByName() throws Exception {
    SwarmNode node = node("m1");
    Requests requests = serve(node);
    for (CompatibilityDocTest.Row row : CompatibilityDocTest.rows("InitRequest")) {
      if (!row.verdict().equals("supported")) {
        var answer = requests.post("/swarm/init", row.body());
        assertThat(answer.status()).as(row + answer.message()).isEqualTo(400);
        assertThat(answer.message()).contains(row.field());
        assertThat(node.isMember()).isFalse();
      }
    }
    List<CompatibilityDocTest.Row> supported =
        CompatibilityDocTest.rows("InitRequest").stream()
            .filter(row -> row.verdict().equals("supported"))
            .toList();
    var begun = requests.post("/swarm/init", CompatibilityDocTest.Row.body(supported));
    assertThat(begun.status()).as(begun.message()).isEqualTo(200);
    JsonNode swarm = requests.get("/swarm").json();
    JsonNode self = requests.get("/nodes/" + begun.json().asText()).json();
    for (CompatibilityDocTest.Row row : supported) {
      switch (row.subject()) {
        case "ListenAddr", "AdvertiseAddr" ->
            assertThat(self.at("/ManagerStatus/Addr").asText()).startsWith("127.0.0.2:");
        case "AutoLockManagers" ->
            assertThat(swarm.at("/Spec/EncryptionConfig").path(row.field())).isEqualTo(row.value());
        case "Availability" -> assertThat(self.at("/Spec/Availability")).isEqualTo(row.value());
        case "DataPathAddr" -> assertThat(self.at("/Status/Addr").asText()).startsWith("127.");
        default -> assertThat(row.in(swarm)).as(row.subject()).isEqualTo(row.value());
      }
    }
    String key = node.unlockKey().orElseThrow();
    close();
    SwarmNode again = node("m1");
    again.unlock(key);
    assertThat(again.address()).startsWith("127.0.0.2:");
  }

  @Test
  void sizesOfSubnetsThatCanNotBeAreRefusedByName() {
    SwarmNode node = node("m1");
    Requests requests = serve(node);
    for (String size : List.of("31", "-1", "9999999999")) {
      var answer = requests.post("/swarm/init", "{\"SubnetSize\":" + size + "}");
      assertThat(answer.status()).as(size).isEqualTo(400);
      assertThat(answer.message()).contains("SubnetSize").contains(size);
    }
    assertThat(node.isMember()).isFalse();
  }

  @Test
  void anUpdateThatCanNotBeMadeInWholeChangesNothing() {
    SwarmNode node = node("m1");
    node.init();
    Requests requests = serve(node);
    JsonNode before = requests.get("/swarm").json();
    String update =
        "/swarm/update?version=%s&rotateWorkerToken=true&rotateManagerToken=true"
            .formatted(before.at("/Version/Index").asText());
    String labels = "{\"Name\":\"default\",\"Labels\":{\"a\":\"b\"}%s}";

    var notLocked = requests.post(update + "&rotateManagerUnlockKey=true", labels.formatted(""));
    assertThat(notLocked.status()).isEqualTo(400);
    assertThat(notLocked.message()).contains("not locked");
    var noRoot =
        requests.post(
            update,
            labels.formatted(
                ",\"CAConfig\":{\"SigningCACert\":\"no PEM\",\"SigningCAKey\":\"x\"}"));
    assertThat(noRoot.status()).as(noRoot.message()).isEqualTo(400);

    assertThat(requests.get("/swarm").json()).isEqualTo(before);
    assertThat(requests.post(update, labels.formatted("")).status()).isEqualTo(200);
    assertThat(requests.get("/swarm").json().at("/JoinTokens/Worker"))
        .isNotEqualTo(before.at("/JoinTokens/Worker"));
  }

  @Test
  void everyFieldOfJoinIsTakenOrRefusedByName() {
    SwarmNode manager = node("m1");
    manager.init();
    SwarmNode node = node("w1");
    Requests requests = serve(node);
    var drained =
        requests.post(
            "/swarm/join",
            "{\"Availability\":\"drain\",\"RemoteAddrs\":[\"x\"],\"JoinToken\":\"SWMTKN-1-a-b\"}");
    assertThat(drained.status()).isEqualTo(400);
    assertThat(drained.message()).contains("vailability");
    assertThat(requests.post("/swarm/join", "{\"RemoteAddrs\":[],\"JoinToken\":\"x\"}").message())
        .contains("RemoteAddrs");
    assertThat(requests.post("/swarm/join", "{\"Whatever\":1}").message()).contains("Whatever");
    var joined =
        requests.post(
            "/swarm/join",
            """
            {"ListenAddr":"127.0.0.1:0","AdvertiseAddr":"lo","DataPathAddr":"lo","Availability":"active",
            "RemoteAddrs":["%s"],"JoinToken":"%s"}
            """
                .formatted(manager.address(), manager.joinToken(NodeRole.WORKER)));
    assertThat(joined.status()).as(joined.message()).isEqualTo(200);
    assertThat(node.isMember()).isTrue();
  }
}
