package io.swarm4j.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.testing.Feature;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Refusals have the status and the words that were recorded from the reference. */
class ReferenceErrorsTest {
  private static final String INVALID = "rpc error: code = InvalidArgument desc = ";

  private static ApiFixture fixture;

  @BeforeAll
  static void start() {
    fixture = new ApiFixture();
    fixture.post("/v1.50/services/create", ApiFixture.service("taken", 0, "", ""));
    fixture.post("/v1.50/secrets/create", "{\"Name\":\"sec\",\"Data\":\"czNjcjN0Cg==\"}");
    String id = fixture.get("/secrets/sec").json().get("ID").asText();
    String grant =
        ",\"Secrets\":[{\"File\":{\"Name\":\"sec\",\"UID\":\"0\",\"GID\":\"0\",\"Mode\":292},"
            + "\"SecretID\":\""
            + id
            + "\",\"SecretName\":\"sec\"}]";
    assertThat(
            fixture.post("/v1.50/services/create", ApiFixture.service("ss", 0, grant, "")).status())
        .isEqualTo(201);
    fixture.post("/networks/create", "{\"Name\":\"ov1\",\"Driver\":\"overlay\"}");
  }

  @AfterAll
  static void stop() {
    fixture.close();
  }

  private static void refused(Requests.Answer answer, int status, String message) {
    assertThat(answer.message()).isEqualTo(message);
    assertThat(answer.status()).isEqualTo(status);
    assertThat(answer.raw().headers().firstValue("Content-Type")).contains("application/json");
  }

  private static Requests.Answer create(String name, String container, String more) {
    return fixture.post("/v1.50/services/create", ApiFixture.service(name, 1, container, more));
  }

  @Test
  @Feature("E01")
  void namesOfServices() {
    refused(
        create("taken", "", ""),
        409,
        "rpc error: code = AlreadyExists desc = name conflicts with an existing object: service"
            + " taken already exists");
    refused(create("_bad", "", ""), 400, INVALID + "name must be valid as a DNS name component");
    assertThat(create("", "", "").status()).isEqualTo(201); // it gets one
    refused(create("a".repeat(64), "", ""), 400, INVALID + "name must be 63 characters or fewer");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"Limits\":{\"MemoryBytes\":1048576}}|invalid memory value 1048576: Must be at least"
            + " 4MiB",
        "{\"Limits\":{\"NanoCPUs\":100000}}|invalid cpu value 0.0001: Must be at least 0.001",
        "{\"Reservations\":{\"NanoCPUs\":100}}|invalid cpu value 0.0000001: Must be at least 0.001",
      })
  void resources(String resources, String message) {
    String body =
        "{\"Name\":\"big\",\"TaskTemplate\":{\"ContainerSpec\":{\"Image\":\"app\"},\"Resources\":"
            + resources
            + "}}";
    refused(fixture.post("/services/create", body), 400, INVALID + message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "node.role=manager|constraint expected one operator from ==, !=",
        "bad key==x|key 'bad key' is invalid",
      })
  @Feature("E17")
  void constraints(String constraint, String message) {
    String body =
        "{\"Name\":\"c\",\"TaskTemplate\":{\"ContainerSpec\":{\"Image\":\"app\"},\"Placement\":"
            + "{\"Constraints\":[\""
            + constraint
            + "\"]}}}";
    refused(
        fixture.post("/services/create", body), 500, "rpc error: code = Unknown desc = " + message);
  }

  @Test
  @Feature({"H11", "H12"})
  void ports() {
    String twice =
        ",\"EndpointSpec\":{\"Ports\":[{\"TargetPort\":80,\"PublishedPort\":80},"
            + "{\"TargetPort\":81,\"PublishedPort\":80}]}";
    refused(
        fixture.post("/services/create", minimal("p3", twice)),
        400,
        INVALID + "EndpointSpec: duplicate published ports provided");
    String dnsrr =
        ",\"EndpointSpec\":{\"Mode\":\"dnsrr\",\"Ports\":[{\"TargetPort\":80,"
            + "\"PublishedPort\":80}]}";
    refused(
        fixture.post("/services/create", minimal("p4", dnsrr)),
        400,
        INVALID + "EndpointSpec: port published with ingress mode can't be used with dnsrr mode");
  }

  private static String minimal(String name, String more) {
    return "{\"Name\":\""
        + name
        + "\",\"TaskTemplate\":{\"ContainerSpec\":{\"Image\":\"app\"}}"
        + more
        + "}";
  }

  @Test
  void containers() {
    refused(
        create("img", "", "").status() == 201
            ? fixture.post(
                "/services/create",
                "{\"Name\":\"im\",\"TaskTemplate\":{\"ContainerSpec\":{\"Image\":\"UPPER/!!\"}}}")
            : null,
        400,
        INVALID + "ContainerSpec: \"UPPER/!!\" is not a valid repository/tag");
    refused(
        create(
            "m1",
            ",\"Mounts\":[{\"Type\":\"bind\",\"Source\":\"/x\",\"Target\":\"/y\"},"
                + "{\"Type\":\"volume\",\"Target\":\"/y\"}]",
            ""),
        400,
        INVALID + "ContainerSpec: duplicate mount point: /y");
    refused(
        create(
            "h1", ",\"Healthcheck\":{\"Test\":[\"CMD-SHELL\",\"true\"],\"Interval\":500000}", ""),
        400,
        INVALID + "ContainerSpec: Interval in HealthConfig cannot be less than 1ms");
  }

  @Test
  @Feature({"O03", "O12"})
  void secretsAndConfigs() {
    refused(
        fixture.post("/secrets/create", "{\"Name\":\"sec\",\"Data\":\"czNjcjN0Cg==\"}"),
        409,
        "rpc error: code = AlreadyExists desc = secret sec already exists");
    refused(
        fixture.post("/secrets/create", "{\"Name\":\"empty\"}"),
        400,
        INVALID + "secret data must be larger than 0 and less than 512000 bytes");
    refused(
        fixture.post("/configs/create", "{\"Name\":\"empty\"}"),
        400,
        INVALID + "config data must be larger than 0 and less than 1024000 bytes");
    refused(
        fixture.post("/secrets/create", "{\"Name\":\"bad name\",\"Data\":\"czNjcjN0Cg==\"}"),
        400,
        INVALID
            + "invalid name, only 64 [a-zA-Z0-9-_.] characters allowed, and the start and end"
            + " character must be [a-zA-Z0-9]");
    refused(
        fixture.send("DELETE", "/secrets/sec", ""),
        400,
        INVALID + "secret 'sec' is in use by the following service: ss");
    String id = fixture.get("/secrets/sec").json().get("ID").asText();
    long version = fixture.get("/secrets/sec").json().at("/Version/Index").asLong();
    refused(
        fixture.post(
            "/secrets/" + id + "/update?version=" + version,
            "{\"Name\":\"sec\",\"Data\":\"b3RoZXI=\"}"),
        400,
        INVALID + "only updates to Labels are allowed");
  }

  @Test
  void whatIsNotThere() {
    for (String kind : new String[] {"service", "task", "node", "secret", "config", "network"}) {
      refused(fixture.get("/v1.41/" + kind + "s/nosuch"), 404, kind + " nosuch not found");
    }
    refused(fixture.send("DELETE", "/services/nosuch", ""), 404, "service nosuch not found");
    refused(fixture.get("/nosuch"), 404, "page not found");
  }

  @Test
  void nodes() {
    refused(
        fixture.get("/nodes?filters=%7B%22role%22%3A%7B%22bogus%22%3Atrue%7D%7D"),
        500,
        "Invalid role filter: 'bogus'");
    refused(
        fixture.get("/nodes?filters=%7B%22colour%22%3A%7B%22red%22%3Atrue%7D%7D"),
        400,
        "invalid filter 'colour'");
  }

  @Test
  void networks() {
    refused(
        fixture.post("/networks/create", "{\"Name\":\"ov1\",\"Driver\":\"overlay\"}"),
        409,
        "network with name ov1 already exists");
    refused(
        fixture.post(
            "/networks/create",
            "{\"Name\":\"ing2\",\"Driver\":\"overlay\",\"Ingress\":true,\"Attachable\":true}"),
        400,
        INVALID + "ingress network cannot be attachable");
  }

  @Test
  @Feature("J21")
  void rollbackWithoutPreviousSpec() {
    var service = fixture.get("/services/taken").json();
    refused(
        fixture.post(
            "/services/"
                + service.get("ID").asText()
                + "/update?rollback=previous&version="
                + service.at("/Version/Index").asLong(),
            ApiFixture.service("taken", 0, "", "")),
        400,
        "rpc error: code = FailedPrecondition desc = service "
            + service.get("ID").asText()
            + " does not have a previous spec");
  }

  @Test
  @Feature("E20")
  void updatesOfAnOldVersion() {
    var answer =
        fixture.post("/services/taken/update?version=1", ApiFixture.service("taken", 3, "", ""));
    assertThat(answer.status()).isEqualTo(500);
    assertThat(answer.message())
        .startsWith("rpc error: code = Unknown desc = update out of sequence");
    assertThat(fixture.get("/services/taken").json().at("/Spec/Mode/Replicated/Replicas").asInt(-1))
        .isZero();
  }

  @Test
  @Feature("B10")
  void initAndJoinOfAMember() {
    String already =
        "This node is already part of a swarm. Use \"docker swarm leave\" to leave this swarm and"
            + " join another one.";
    refused(fixture.post("/swarm/init", "{}"), 503, already);
    refused(fixture.post("/swarm/join", "{\"JoinToken\":\"bad\"}"), 503, already);
  }

  @Test
  void anEmbeddedSwarmRefusesNewSecretsBeforeItChangesAnything() {
    var before = fixture.get("/swarm").json();
    String update = "/swarm/update?version=" + before.at("/Version/Index").asText();
    for (String wish : new String[] {"rotateWorkerToken", "rotateManagerUnlockKey"}) {
      var answer = fixture.post(update + "&" + wish + "=true", "{\"Labels\":{\"a\":\"b\"}}");
      assertThat(answer.status()).isEqualTo(501);
    }
    assertThat(fixture.get("/swarm").json()).isEqualTo(before);
  }
}
