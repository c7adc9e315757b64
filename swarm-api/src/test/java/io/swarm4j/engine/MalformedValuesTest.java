package io.swarm4j.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.swarm4j.testing.Feature;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Any value in any place: a client is told what is wrong with its request, and never that the
 * server has failed.
 */
@Feature("S06")
class MalformedValuesTest {
  private static final String WORD = "\"word\"";
  private static final List<String> BODY_VALUES =
      List.of(
          "true",
          "-1",
          "0.5",
          "9223372036854775807",
          "99999999999999999999",
          WORD,
          "\"\\u0000 ☃/../\"",
          "\"" + "9".repeat(1_000) + "\"",
          "{}",
          "[null]",
          "[{\"a\":1}]");
  private static final List<String> QUERY_VALUES =
      List.of(
          "",
          "word",
          "-1",
          "0.5",
          "1e400",
          "1e999999999",
          "-9223372036854775808",
          "99999999999999999999",
          "9".repeat(3_000),
          "2026-02-31T00:00:00Z",
          "+999999999-01-01T00:00:00Z",
          "24h",
          "\u0000",
          "{",
          "[]",
          "{\"id\":3}",
          "{\"id\":[null,{}]}",
          "{\"label\":[\"=\",\"a=\",\"\"]}",
          "{\"until\":[\"99999999999h\"]}",
          "{\"since\":[\"\"],\"service\":[\"\"],\"node\":[\"\"]}",
          "[".repeat(200));

  private static ApiFixture fixture;
  private static String task = "";
  private static String exec = "";

  @BeforeAll
  static void start() {
    fixture = new ApiFixture();
    assertThat(fixture.post("/services/create", ApiFixture.service("taken", 1, "", "")).status())
        .isEqualTo(201);
    fixture.swarm.services().await("taken", Duration.ofSeconds(60));
    for (String payload : List.of("secrets", "configs")) {
      fixture.post("/" + payload + "/create", "{\"Name\":\"taken\",\"Data\":\"YQ==\"}");
    }
    fixture.post("/networks/create", "{\"Name\":\"taken\",\"Driver\":\"overlay\"}");
    String all = URLEncoder.encode("{\"scope\":[\"swarm\"]}", StandardCharsets.UTF_8);
    task = fixture.get("/containers/json?filters=" + all).json().get(0).get("Id").asText();
    exec =
        fixture
            .post("/containers/" + task + "/exec", "{\"Cmd\":[\"x\"]}")
            .json()
            .path("Id")
            .asText();
  }

  @AfterAll
  static void stop() {
    fixture.close();
  }

  /** The reference answers some refusals of its managers with 500, under this code of theirs. */
  private static void check(String what, Requests.Answer answer, List<String> failed) {
    boolean known =
        answer.message().startsWith("rpc error: code = Unknown")
            || answer.message().startsWith("Invalid role filter");
    if (answer.status() >= 500 && answer.status() != 503 && answer.status() != 501 && !known) {
      failed.add(what + " -> " + answer.status() + " " + answer.message());
    }
  }

  /** Each place of a tree, as something that puts another value there. */
  private static void places(JsonNode tree, List<Consumer<JsonNode>> found) {
    if (tree instanceof ObjectNode object) {
      for (String name : List.copyOf(names(object))) {
        found.add(value -> object.set(name, value));
        places(object.get(name), found);
      }
    } else if (tree instanceof ArrayNode array) {
      for (int i = 0; i < array.size(); i++) {
        int at = i;
        found.add(value -> array.set(at, value));
        places(array.get(i), found);
      }
    }
  }

  private static List<String> names(ObjectNode object) {
    List<String> names = new ArrayList<>();
    object.fieldNames().forEachRemaining(names::add);
    return names;
  }

  @Test
  void inTheEndOfEvents() {
    for (String until :
        List.of("x", "1e999999999", "%2B999999999-12-31T00:00:00Z", "9".repeat(12))) {
      assertThat(fixture.get("/events?until=" + until).status()).isEqualTo(400);
    }
  }

  private static void tryEachPlace(String path, String body) throws JsonProcessingException {
    List<String> failed = new ArrayList<>();
    check(path, fixture.post(path, body), failed);
    List<Consumer<JsonNode>> first = new ArrayList<>();
    places(ApiFixture.MAPPER.readTree(body), first);
    for (int i = 0; i < first.size(); i++) {
      for (String value : BODY_VALUES) {
        JsonNode copy = ApiFixture.MAPPER.readTree(body);
        List<Consumer<JsonNode>> places = new ArrayList<>();
        places(copy, places);
        places.get(i).accept(ApiFixture.MAPPER.readTree(value));
        String text = copy.toString();
        check(path + " " + text, fixture.post(path, text), failed);
      }
    }
    assertThat(failed).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        """
        {"TaskTemplate":{"ContainerSpec":{"Image":"app","Labels":{"a":"b"},"Command":["c"],
        "Hostname":"h","Env":["A=1"],"Groups":["g"],"StopSignal":"INT","StopGracePeriod":1000000,
        "Mounts":[{"Type":"volume","Source":"v","Target":"/t"}],"Hosts":["10.0.0.1 a"],
        "DNSConfig":{"Nameservers":["8.8.8.8"]},"Secrets":[{"SecretID":"x","SecretName":"taken",
        "File":{"Name":"f","UID":"0","GID":"0","Mode":292}}],"Ulimits":[{"Name":"n","Soft":1}]}}}
        """,
        """
        {"TaskTemplate":{"ContainerSpec":{"Image":"app","Healthcheck":{"Test":["NONE"],
        "Interval":1000000000,"Retries":1}},"Resources":{"Limits":{"NanoCPUs":1000000,"Pids":1},
        "Reservations":{"MemoryBytes":4194304,"GenericResources":[{"DiscreteResourceSpec":{
        "Kind":"g","Value":1}},{"NamedResourceSpec":{"Kind":"g","Value":"a"}}]}},"LogDriver":{
        "Name":"json-file","Options":{"a":"b"}},"ForceUpdate":1,"Runtime":"container"}}
        """,
        """
        {"TaskTemplate":{"ContainerSpec":{"Image":"app"},"RestartPolicy":{"Condition":"any",
        "Delay":1,"MaxAttempts":1,"Window":1},"Placement":{"Constraints":["node.role==worker"],
        "Preferences":[{"Spread":{"SpreadDescriptor":"node.labels.z"}}],"MaxReplicas":1,
        "Platforms":[{"OS":"linux","Architecture":"amd64"}]},"Networks":[{"Target":"taken",
        "Aliases":["a"]}]},"Mode":{"Replicated":{"Replicas":1}},"UpdateConfig":{"Parallelism":1,
        "Delay":1,"Monitor":1,"MaxFailureRatio":0.1,"Order":"start-first"},"EndpointSpec":{
        "Mode":"vip","Ports":[{"Protocol":"tcp","TargetPort":80,"PublishedPort":8080}]}}
        """
      })
  void inServices(String body) throws JsonProcessingException {
    ObjectNode named = (ObjectNode) ApiFixture.MAPPER.readTree(body);
    tryEachPlace("/services/create", named.put("Name", "taken").toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/networks/create | {\"Name\":\"taken\",\"Driver\":\"overlay\",\"Labels\":{\"a\":\"b\"},"
            + "\"Options\":{\"encrypted\":\"\"},\"EnableIPv6\":true,\"IPAM\":{\"Driver\":\"default\","
            + "\"Config\":[{\"Subnet\":\"10.7.0.0/24\",\"IPRange\":\"10.7.0.0/25\","
            + "\"Gateway\":\"10.7.0.1\",\"AuxiliaryAddresses\":{\"a\":\"10.7.0.9\"}}]}}",
        "/secrets/create | {\"Name\":\"taken\",\"Data\":\"YQ==\",\"Labels\":{\"a\":\"b\"},"
            + "\"Templating\":{\"Name\":\"golang\",\"Options\":{\"a\":\"b\"}}}",
        "/configs/create | {\"Name\":\"taken\",\"Data\":\"YQ==\",\"Labels\":{\"a\":\"b\"}}",
        "/nodes/m1/update?version=1 | {\"Name\":\"n\",\"Labels\":{\"a\":\"b\"},\"Role\":\"manager\","
            + "\"Availability\":\"active\"}",
        "/swarm/update?version=1 | {\"Name\":\"default\",\"Labels\":{\"a\":\"b\"},\"Orchestration\":{"
            + "\"TaskHistoryRetentionLimit\":3},\"Raft\":{\"ElectionTick\":10},\"Dispatcher\":{"
            + "\"HeartbeatPeriod\":2000000000},\"CAConfig\":{\"NodeCertExpiry\":7200000000000,"
            + "\"ForceRotate\":0,\"SigningCACert\":\"\"},\"EncryptionConfig\":{\"AutoLockManagers\":"
            + "false}}",
        "/swarm/init | {\"ListenAddr\":\"127.0.0.1:1\",\"AdvertiseAddr\":\"a\",\"DataPathPort\":4789,"
            + "\"DefaultAddrPool\":[\"10.0.0.0/8\"],\"SubnetSize\":24,\"Spec\":{\"Labels\":{}}}",
        "/swarm/join | {\"ListenAddr\":\"a\",\"RemoteAddrs\":[\"127.0.0.1:1\"],\"JoinToken\":\"t\"}",
        "/swarm/unlock | {\"UnlockKey\":\"SWMKEY-1-x\"}",
        "/containers/TASK/exec | {\"Cmd\":[\"x\"],\"Env\":[\"a=b\"],\"User\":\"u\",\"Tty\":false,"
            + "\"WorkingDir\":\"/\",\"ConsoleSize\":[1,2]}",
        "/exec/EXEC/start | {\"Detach\":true,\"Tty\":true,\"ConsoleSize\":[1,2]}"
      })
  void inOtherBodies(String request) throws JsonProcessingException {
    String[] parts = request.split(" \\| ");
    tryEachPlace(parts[0].replace("TASK", task).replace("EXEC", exec), parts[1]);
  }

  @ParameterizedTest
  @CsvSource({
    "GET, /services?filters=",
    "GET, /services?status=",
    "GET, /tasks?filters=",
    "GET, /nodes?filters=",
    "GET, /networks?filters=",
    "GET, /secrets?filters=",
    "GET, /configs?filters=",
    "GET, /containers/json?filters=",
    "GET, /containers/json?limit=",
    "GET, /images/json?filters=",
    "GET, /volumes?filters=",
    "GET, /events?until=1&since=",
    "GET, /events?until=1&filters=",
    "GET, /services/taken/logs?stdout=1&tail=",
    "GET, /services/taken/logs?stdout=1&since=",
    "GET, /services/taken/logs?stdout=1&until=",
    "GET, /containers/TASK/logs?stdout=1&tail=",
    "GET, /containers/TASK/top?ps_args=",
    "GET, /containers/",
    "POST, /exec/EXEC/resize?w=80&h=",
    "POST, /exec/EXEC/resize?h=24&w=",
    "POST, /containers/TASK/resize?h=24&w=",
    "POST, /containers/nosuch/stop?t=",
    "POST, /containers/TASK/stop?signal=word&t=",
    "POST, /containers/TASK/kill?signal=X",
    "POST, /containers/TASK/wait?condition=X",
    "POST, /services/taken/update?version=",
    "POST, /services/taken/update?version=1&rollback=X",
    "POST, /nodes/m1/update?version=",
    "POST, /swarm/update?version=",
    "POST, /secrets/taken/update?version=",
    "POST, /networks/prune?filters=",
    "DELETE, /nodes/m1?force=",
    "GET, /networks/taken?verbose=",
    "GET, /distribution/"
  })
  void inPathsAndQueries(String method, String path) {
    List<String> failed = new ArrayList<>();
    for (String value : QUERY_VALUES) {
      String target =
          path.replace("TASK", task).replace("EXEC", exec)
              + URLEncoder.encode(value, StandardCharsets.UTF_8);
      check(method + " " + target, fixture.send(method, target, ""), failed);
    }
    assertThat(failed).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "x", "====", "{}", "e30", "bm90IGpzb24"})
  void inTheLoginForARegistry(String login) {
    List<String> failed = new ArrayList<>();
    for (String path : List.of("/distribution/app/json", "/images/app/json")) {
      check(path, fixture.send("GET", path, "", "X-Registry-Auth", login), failed);
    }
    check("auth", fixture.post("/auth", login.isEmpty() ? "x" : login), failed);
    assertThat(failed).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7})
  void asBytesThatAreNoText(int seed) {
    byte[][] bodies = {
      {0, 0, (byte) 0xFE, (byte) 0xFF, 1, 2, 3, 4},
      {(byte) 0xFF, (byte) 0xFE, 0, 0, 9, 9, 9, 9},
      {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF},
      {'{', '"', (byte) 0xC3, '"', ':', '1', '}'},
      {0, '{', 0, '}'},
      {(byte) 0xFE, (byte) 0xFF, (byte) 0xD8, 0},
      {0, 0, 0, '{', 0x7F, 0x7F, 0x7F, 0x7F},
      {'{', 0, '}', 0}
    };
    List<String> failed = new ArrayList<>();
    check("body " + seed, fixture.requests().post("/services/create", bodies[seed]), failed);
    assertThat(failed).isEmpty();
  }
}
