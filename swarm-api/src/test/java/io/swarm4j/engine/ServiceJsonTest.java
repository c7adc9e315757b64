package io.swarm4j.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.swarm4j.model.HealthCheck;
import io.swarm4j.model.Probes;
import io.swarm4j.model.RestartPolicy;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.testing.Feature;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What goes into a service comes out again. */
class ServiceJsonTest {
  private ApiFixture fixture;

  @BeforeEach
  void start() {
    fixture = new ApiFixture();
  }

  @AfterEach
  void stop() {
    fixture.close();
  }

  /** All fields of the API that services have here, each with a value that says something. */
  static final String EVERYTHING =
      """
      {"Name":"all","Labels":{"l":"1"},
       "TaskTemplate":{
        "ContainerSpec":{"Image":"app:latest","Labels":{"c":"2"},"Command":["/bin/a"],"Args":["b"],
         "Hostname":"h","Env":["A=1","B=x=y"],"Dir":"/d","User":"u:g","Groups":["g1"],
         "StopSignal":"SIGINT","TTY":true,"OpenStdin":true,"ReadOnly":true,"Init":true,
         "StopGracePeriod":7000000000,
         "Mounts":[{"Type":"bind","Source":"/s","Target":"/t","ReadOnly":true,
            "BindOptions":{"Propagation":"rprivate"}},
           {"Type":"volume","Source":"v","Target":"/v","VolumeOptions":{"NoCopy":true,
            "Labels":{"x":"y"},"DriverConfig":{"Name":"local","Options":{"o":"p"}}}},
           {"Type":"tmpfs","Target":"/m","TmpfsOptions":{"SizeBytes":1048576,"Mode":448}}],
         "Healthcheck":{"Test":["CMD-SHELL","true"],"Interval":5000000000,"Timeout":1000000000,
            "Retries":2,"StartPeriod":3000000000,"StartInterval":1000000000},
         "Hosts":["10.0.0.1 db"],
         "DNSConfig":{"Nameservers":["8.8.8.8"],"Search":["s"],"Options":["o"]},
         "Isolation":"default","Sysctls":{"net.core.somaxconn":"1024"},
         "CapabilityAdd":["CAP_NET_ADMIN"],"CapabilityDrop":["CAP_CHOWN"],
         "Ulimits":[{"Name":"nofile","Hard":200,"Soft":100}]},
        "Resources":{"Limits":{"NanoCPUs":500000000,"MemoryBytes":67108864,"Pids":50},
         "Reservations":{"NanoCPUs":100000000,"MemoryBytes":33554432,"GenericResources":
          [{"DiscreteResourceSpec":{"Kind":"gpu","Value":1}}]}},
        "RestartPolicy":{"Condition":"on-failure","Delay":1000000000,"MaxAttempts":3,
         "Window":60000000000},
        "Placement":{"Constraints":["node.role==manager"],
         "Preferences":[{"Spread":{"SpreadDescriptor":"node.labels.az"}}],"MaxReplicas":2,
         "Platforms":[{"Architecture":"amd64","OS":"linux"}]},
        "LogDriver":{"Name":"json-file","Options":{"max-size":"1m"}},
        "ForceUpdate":4,"Runtime":"container"},
       "Mode":{"Replicated":{"Replicas":0}},
       "UpdateConfig":{"Parallelism":2,"Delay":10000000000,"FailureAction":"rollback",
        "Monitor":15000000000,"MaxFailureRatio":0.2,"Order":"start-first"},
       "RollbackConfig":{"Parallelism":3,"Delay":1000000000,"FailureAction":"continue",
        "Monitor":5000000000,"MaxFailureRatio":0.5,"Order":"stop-first"},
       "EndpointSpec":{"Mode":"vip","Ports":[{"Name":"web","Protocol":"tcp","TargetPort":80,
        "PublishedPort":8081,"PublishMode":"ingress"},{"Protocol":"udp","TargetPort":53,
        "PublishedPort":5300,"PublishMode":"host"}]}}
      """;

  @Test
  void allThatIsWrongWithAServiceIsToldAtOnce() throws Exception {
    var refused =
        fixture.post(
            "/v1.51/services/create",
            """
            {"Name":"web",
             "TaskTemplate":{
              "ContainerSpec":{"Image":"a::b","Healthcheck":{"Test":["CMD","x"],"Interval":5},
               "Mounts":[{"Type":"bund","Target":"/t"}]},
              "Resources":{"Reservations":{"MemoryBytes":7}},
              "RestartPolicy":{"Condition":"sometimes"}},
             "UpdateConfig":{"MaxFailureRatio":2},
             "EndpointSpec":{"Ports":[{"TargetPort":0}]}}
            """);

    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.json().get("message").asText())
        .startsWith("rpc error: code = InvalidArgument desc = ")
        .contains(
            "\"a::b\" is not a valid repository/tag",
            "Interval in HealthConfig cannot be less than 1ms",
            "'bund'",
            "invalid memory value 7: Must be at least 4MiB",
            "'sometimes'",
            "update-maxfailureratio cannot be less than 0 or bigger than 1",
            "target")
        .doesNotContain("image reference must be provided", "meta: name");
    assertThat(fixture.get("/services").json()).isEmpty();
  }

  @Test
  @Feature({"E02", "E05", "E16", "E18", "J09", "M23"})
  void everyFieldComesBack() throws Exception {
    var created = fixture.post("/v1.51/services/create", EVERYTHING);
    assertThat(created.json().toString()).contains("\"Warnings\":null");
    assertThat(created.status()).isEqualTo(201);
    JsonNode back = fixture.get("/services/all").json().get("Spec");
    assertThat(back).isEqualTo(ApiFixture.MAPPER.readTree(EVERYTHING));
  }

  @Test
  @Feature({"E19", "J25"})
  void sendingBackWhatWasReadChangesNothing() {
    fixture.post("/services/create", EVERYTHING);
    var before = fixture.swarm.services().get("all");
    JsonNode read = fixture.get("/services/all?insertDefaults=false").json();
    var answer =
        fixture.post(
            "/services/all/update?version=" + read.at("/Version/Index").asLong(),
            read.get("Spec").toString());
    assertThat(answer.status()).isEqualTo(200);
    assertThat(fixture.swarm.services().get("all")).isEqualTo(before);
  }

  @Test
  void whatTheApiCanNotSaySurvivesItsUpdates() {
    HealthCheck probe = new HealthCheck(new HealthCheck.Probe.Tcp(80), null, null, 0, null, null);
    ServiceSpec spec = ServiceSpec.of("web", "app");
    ServiceSpec rich =
        spec.withTask(
            spec.task()
                .withContainer(spec.task().container().withProbes(new Probes(probe, null, null)))
                .withRestart(
                    RestartPolicy.builder()
                        .backoff(
                            new RestartPolicy.Backoff(
                                7, Duration.ofMinutes(1), Duration.ofMinutes(2)))
                        .build()));
    fixture.swarm.services().create(rich.withReplicas(0));
    JsonNode read = fixture.get("/services/web").json();
    ObjectNode changed = (ObjectNode) read.get("Spec");
    ((ObjectNode) changed.at("/TaskTemplate/ContainerSpec")).putArray("Args").add("x");
    assertThat(
            fixture
                .post(
                    "/services/web/update?version=" + read.at("/Version/Index").asLong(),
                    changed.toString())
                .status())
        .isEqualTo(200);
    ServiceSpec now = fixture.swarm.services().get("web").spec();
    assertThat(now.task().container().args()).containsExactly("x");
    assertThat(now.task().container().probes()).isEqualTo(rich.task().container().probes());
    assertThat(now.task().restart()).isEqualTo(rich.task().restart());
  }

  @Test
  void unknownFieldsAreRefusedByName() {
    var answer =
        fixture.post(
            "/services/create",
            ApiFixture.service(
                "x",
                1,
                ",\"OomScoreAdj\":500,\"Privileges\":{\"NoNewPrivileges\"" + ":true}",
                ",\"Colour\":\"red\""));
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.message())
        .contains("TaskTemplate.ContainerSpec.OomScoreAdj is not supported")
        .contains("TaskTemplate.ContainerSpec.Privileges is not supported");
    assertThat(fixture.get("/services").json()).isEmpty();
  }

  @Test
  void emptyUnknownFieldsAreAMatterOfForm() {
    var answer =
        fixture.post(
            "/services/create",
            ApiFixture.service(
                "x",
                0,
                ",\"Privileges\":{\"CredentialSpec\":null,\"SELinuxContext\":null,"
                    + "\"NoNewPrivileges\":false},\"OomScoreAdj\":0",
                ""));
    assertThat(answer.status()).isEqualTo(201);
  }

  @Test
  void wrongTypesAreRefusedWithTheirPlace() {
    var answer =
        fixture.post("/services/create", ApiFixture.service("x", 1, ",\"Args\":[\"a\",3]", ""));
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.message())
        .contains("TaskTemplate.ContainerSpec.Args[1]")
        .contains("a string");
  }

  @Test
  @Feature({"K04", "K14"})
  void networksAreShownByIdWhateverTheyWereNamedBy() {
    String id =
        fixture
            .post("/networks/create", "{\"Name\":\"back\",\"Driver\":\"overlay\"}")
            .json()
            .get("Id")
            .asText();
    ServiceSpec spec = ServiceSpec.of("web", "app").withReplicas(0);
    fixture
        .swarm
        .services()
        .create(
            spec.withTask(
                spec.task()
                    .withNetworks(
                        java.util.List.of(io.swarm4j.model.NetworkAttachmentSpec.of("back")))));
    var before = fixture.swarm.services().get("web");
    JsonNode read = fixture.get("/services/web").json();
    assertThat(read.at("/Spec/TaskTemplate/Networks/0/Target").asText()).isEqualTo(id);
    fixture.post(
        "/services/web/update?version=" + read.at("/Version/Index").asLong(),
        read.get("Spec").toString());
    assertThat(fixture.swarm.services().get("web")).isEqualTo(before);
  }
}
