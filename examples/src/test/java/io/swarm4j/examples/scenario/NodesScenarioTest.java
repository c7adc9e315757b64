package io.swarm4j.examples.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.testing.Feature;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Several nodes, and the ports of all of them: parts III and IV of the scenarios. */
class NodesScenarioTest extends ScenarioTest {

  @Test
  @Scenario({"SC-024", "SC-036"})
  @Feature({"B09", "D01", "D04", "D06"})
  void managersAnswerForTheSwarm() {
    assertThat(lab.on("w2").run("node", "ls").err()).contains("This node is not a swarm manager");
    lab.create("web", "--replicas", "3", "nginx");
    assertThat(lab.on("w2").run("node", "ps", "m1").err()).contains("not a swarm manager");
    String running = "desired-state=running";
    for (String node : List.of("m1", "w1", "w2")) {
      assertThat(lab.lines("node", "ps", node, "-q", "-f", running))
          .as(lab.tasks("web").toString())
          .hasSize(1);
    }
    assertThat(lab.ok("node", "ps", "-q")).isEqualTo(lab.ok("node", "ps", "m1", "-q"));
    // The CLI adds each node to one filter and asks again, so that it lists the first one twice.
    assertThat(Set.copyOf(lab.lines("node", "ps", "m1", "w2", "-q", "-f", running))).hasSize(2);
  }

  @Test
  @Scenario({"SC-029", "SC-031", "SC-050"})
  @Feature({"G01", "G02", "H01", "H12", "H16", "U03"})
  void anyNodeServesAndTheEmptiestRuns() throws Exception {
    lab.create("viz", "-p", "8090:80", "--constraint", "node.role==manager", "nginx");
    lab.create("customer-api", "-p", "3000:3000", "swarm4j/customer");
    assertThat(lab.tasks("customer-api").get(0)).doesNotContain(" m1 ");
    for (String node : List.of("m1", "w1", "w2")) {
      assertThat(lab.get(node, 8090, "/").status()).isEqualTo(200);
      assertThat(lab.get(node, 3000, "/customer/1").status()).isEqualTo(200);
    }
    assertThat(
            lab.docker(
                    "service",
                    "create",
                    "--no-resolve-image",
                    "--name",
                    "late",
                    "-p",
                    "3000:81",
                    "nginx")
                .err())
        .contains("port '3000' is already in use by service 'customer-api'");
  }

  /** Its subnet is the reference's 10.255.0.0/16 where networks are no loopback addresses. */
  @Test
  @Scenario("SC-051")
  @Feature({"H04", "H07"})
  void theIngressNetworkIsThereFromTheStart() {
    assertThat(lab.lines("network", "ls", "--format", "{{.Name}} {{.Driver}} {{.Scope}}"))
        .contains("ingress overlay swarm");
    assertThat(
            lab.ok(
                "network",
                "inspect",
                "ingress",
                "--format",
                "{{.Ingress}} {{.Scope}} {{.Driver}} {{len .IPAM.Config}}"))
        .isEqualTo("true swarm overlay 1");
  }

  @Test
  @Scenario({"SC-038", "SC-041"})
  @Feature({"D09", "D11", "F14", "G04", "G10", "G11", "G12"})
  void drainMovesTasksAndNothingMovesBack() throws Exception {
    lab.create("customer-api", "swarm4j/customer");
    for (String node : List.of("w2", "w1")) {
      lab.ok("node", "update", "--availability", "drain", node);
    }
    Lab.poll(
        () -> lab.tasks("customer-api", "-f", "desired-state=running"),
        tasks ->
            tasks.size() == 1
                && tasks.get(0).contains(" Running ")
                && tasks.get(0).contains(" m1 "));
    assertThat(lab.ok("node", "ls", "--format", "{{.Hostname}} {{.Status}} {{.Availability}}"))
        .contains("w1 Ready Drain", "w2 Ready Drain");
    String task = lab.running("customer-api").get("customer-api.1");
    lab.ok("node", "update", "--availability", "active", "w1");
    assertThat(lab.running("customer-api")).containsValue(task);
    lab.ok("node", "update", "--availability", "drain", "w1");
    lab.ok("node", "update", "--availability", "drain", "m1");
    Lab.poll(
        () -> lab.tasks("customer-api", "-f", "desired-state=running"),
        tasks -> tasks.size() == 1 && tasks.get(0).contains(" Pending "));
    String waiting = lab.running("customer-api").get("customer-api.1");
    assertThat(lab.ok("inspect", waiting, "--format", "{{.Status.Err}}"))
        .isEqualTo("no suitable node (3 nodes not available for new tasks)");
    lab.ok("node", "update", "--availability", "active", "w2");
    Lab.poll(() -> lab.replicas("customer-api"), "1/1"::equals);
  }

  @Test
  @Scenario("SC-040")
  @Feature("D10")
  void pauseKeepsWhatRunsAndTakesNothingNew() throws Exception {
    lab.create("web", "--replicas", "3", "nginx");
    lab.ok("node", "update", "--availability", "pause", "w1");
    lab.ok("service", "scale", "-d", "web=6");
    lab.converged("web");
    assertThat(lab.lines("node", "ps", "w1", "-q", "-f", "desired-state=running")).hasSize(1);
    assertThat(lab.replicas("web")).isEqualTo("6/6");
  }

  @Test
  @Scenario({"SC-027", "SC-065"})
  @Feature({"D02", "D03", "D12", "D14", "D15", "D17", "F16", "I05"})
  void aDeadNodeIsListedUntilItIsRemoved() throws Exception {
    lab.join("w3");
    assertThat(lab.docker("node", "rm", "w3").err()).contains("is not down and can't be removed");
    lab.swarm.nodes().halt("w3");
    Lab.poll(
        () -> lab.ok("node", "ls", "--format", "{{.Hostname}} {{.Status}} {{.Availability}}"),
        text -> text.contains("w3 Down Active"));
    assertThat(lab.ok("node", "rm", "w3")).isEqualTo("w3");
    assertThat(lab.ok("node", "ls", "--format", "{{.Hostname}}")).doesNotContain("w3");
  }

  @Test
  @Scenario({"SC-042", "SC-052", "SC-053", "SC-054"})
  @Feature({"E18", "G14", "G16", "G17", "H02", "H03", "H08", "H09", "H10", "H14"})
  void globalServiceAndItsPorts() throws Exception {
    lab.create(
        "cadvisor",
        "--mode",
        "global",
        "--env",
        "NODE={{.Node.Hostname}}",
        "-p",
        "8080:8080",
        "host");
    assertThat(lab.lines("service", "ls", "--format", "{{.Mode}} {{.Replicas}}"))
        .containsExactly("global 3/3");
    assertThat(lab.docker("service", "scale", "cadvisor=5").err())
        .contains("scale can only be used with replicated");
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < 30; i++) {
      seen.add(lab.get("m1", 8080, "/").text());
    }
    assertThat(seen).containsExactlyInAnyOrder("m1", "w1", "w2");
    lab.ok(
        "service", "update", "-d", "--update-parallelism", "0", "--publish-rm", "8080", "cadvisor");
    lab.converged("cadvisor");
    assertThat(lab.inspect("cadvisor", "{{json .Spec.EndpointSpec}}")).doesNotContain("8080");
    assertThat(lab.inspect("cadvisor", "{{json .PreviousSpec.EndpointSpec}}")).contains("8080");
    for (String node : List.of("m1", "w1", "w2")) {
      assertThat(Lab.poll(() -> lab.refuses(node, 8080), gone -> gone)).isTrue();
    }
    lab.ok(
        "service",
        "update",
        "-d",
        "--publish-add",
        "mode=host,published=8080,target=8080",
        "cadvisor");
    lab.converged("cadvisor");
    assertThat(lab.inspect("cadvisor", "{{json .Endpoint.Ports}}"))
        .contains("\"PublishMode\":\"host\"");
    for (String node : List.of("m1", "w1", "w2")) {
      for (int i = 0; i < 5; i++) {
        assertThat(lab.get(node, 8080, "/").text()).isEqualTo(node);
      }
    }
    lab.ok("service", "rm", "cadvisor");
    Lab.poll(() -> lab.ok("ps", "-q", "--filter", "scope=swarm"), String::isEmpty);
  }

  @Test
  @Scenario("SC-056")
  @Feature({"H12", "H13", "H14"})
  void randomPorts() throws Exception {
    lab.create("random", "--publish", "target=80", "nginx");
    lab.create("random2", "--publish", "target=80", "nginx");
    assertThat(lab.ok("service", "inspect", "--pretty", "random"))
        .contains("PublishedPort = 30000");
    assertThat(lab.ok("service", "inspect", "--pretty", "random2"))
        .contains("PublishedPort = 30001");
    for (String node : List.of("m1", "w1", "w2")) {
      assertThat(lab.get(node, 30000, "/").text()).contains("nginx");
      assertThat(lab.get(node, 30001, "/").text()).contains("nginx");
    }
  }

  @Test
  @Scenario("SC-187")
  @Feature({"D08", "G06"})
  void labelsAndPlatformsDecide() throws Exception {
    lab.ok("node", "update", "--label-add", "type=spot", "w1");
    lab.create(
        "steady",
        "--replicas",
        "4",
        "--constraint",
        "node.labels.type!=spot",
        "--constraint",
        "node.platform.os==linux",
        "nginx");
    assertThat(lab.tasks("steady")).hasSize(4).noneMatch(task -> task.contains(" w1 "));
  }
}
