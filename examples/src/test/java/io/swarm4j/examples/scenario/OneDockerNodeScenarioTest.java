package io.swarm4j.examples.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.docker.DockerRuntime;
import io.swarm4j.docker.EngineAddress;
import io.swarm4j.engine.EngineApi;
import io.swarm4j.engine.NodeSeat;
import io.swarm4j.node.SwarmNode;
import io.swarm4j.testing.DockerCli;
import io.swarm4j.testing.Feature;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A swarm of one node, whose tasks are containers: part II of the scenarios. */
class OneDockerNodeScenarioTest extends DockerScenarioTest {

  private static List<String> containers() {
    return engine().docker("ps", "--format", "{{.Names}}").lines().sorted().toList();
  }

  @Test
  @Scenario({"SC-010", "SC-011", "SC-020"})
  @Feature({"C01", "U04"})
  void fromNoSwarmToOneAndBack() throws Exception {
    try (SwarmNode node =
            SwarmNode.builder(folder.resolve("node"))
                .hostname("m1")
                .listen("127.0.0.1:0")
                .runtime(
                    (options, time, loop) ->
                        DockerRuntime.builder(time, "one-node")
                            .engine(EngineAddress.of(engine().uri()))
                            .build())
                .start();
        EngineApi api =
            EngineApi.of(NodeSeat.of(node)).unixSocket(folder.resolve("node.sock")).start()) {
      DockerCli docker = new DockerCli(DockerCli.installed().get(0), api.hosts().get(0), folder);
      String state = "{{.Swarm.LocalNodeState}}";
      assertThat(docker.run("info", "--format", state).ok()).isEqualTo("inactive");
      assertThat(docker.run("swarm", "init", "--advertise-addr", "127.0.0.1").ok())
          .contains("docker swarm join --token SWMTKN-1-");
      assertThat(docker.run("info", "--format", state).ok()).isEqualTo("active");
      docker.run("service", "create", "-d", "--no-resolve-image", "--name", "web", "nginx").ok();
      Lab.poll(OneDockerNodeScenarioTest::containers, names -> names.size() == 1);

      assertThat(docker.run("swarm", "leave").exit()).isNotZero();
      assertThat(containers()).hasSize(1);
      docker.run("swarm", "leave", "--force").ok();
      Lab.poll(OneDockerNodeScenarioTest::containers, List::isEmpty);
      assertThat(docker.run("service", "ls").err()).contains("not a swarm manager");
      assertThat(engine().docker("images", "-q", "nginx")).isNotEmpty();
    }
  }

  @Test
  @Scenario({"SC-012", "SC-013", "SC-014", "SC-015"})
  @Feature({"E01", "F12", "J01"})
  void firstService() throws Exception {
    assertThat(lab.lines("node", "ls", "--format", "{{.Hostname}} {{.Status}} {{.Self}}"))
        .containsExactly("m1 Ready true");
    lab.create("web", "-p", "8080:80", "nginx");
    assertThat(
            lab.lines("service", "ls", "--format", "{{.Name}} {{.Mode}} {{.Replicas}} {{.Image}}"))
        .containsExactly("web replicated 1/1 nginx:latest");
    assertThat(lab.get("m1", 8080, "/").text()).contains("Welcome");
    String task = lab.running("web").get("web.1");
    assertThat(containers()).containsExactly("web.1." + task);
    assertThat(lab.ok("inspect", task, "--format", "{{.Status.ContainerStatus.ContainerID}}"))
        .isEqualTo(container("web.1"));
    String id = lab.inspect("web", "{{.ID}}");
    lab.ok("service", "rm", "web");
    assertThat(lab.docker("service", "ps", "web").err()).contains("no such service: web");
    Lab.poll(OneDockerNodeScenarioTest::containers, List::isEmpty);
    lab.create("web", "-p", "8080:80", "nginx");
    assertThat(lab.inspect("web", "{{.ID}}")).isNotEqualTo(id);
    assertThat(lab.tasks("web")).hasSize(1);
  }

  @Test
  @Scenario(
      value = {"SC-016", "SC-018", "SC-019"},
      note = "requests spread over all replicas behind one address; rates are the bench's")
  @Feature({"E09", "E22"})
  void scalingKeepsWhatRuns() throws Exception {
    lab.create("web", "-p", "8080:80", "nginx");
    List<String> before = containers();
    for (int replicas : new int[] {2, 3, 4}) {
      lab.ok("service", "update", "-d", "--replicas=" + replicas, "web");
      lab.converged("web");
      assertThat(containers()).containsAll(before).hasSize(replicas);
      before = containers();
    }
    lab.create("customer-api", "-p", "3000:3000", "--replicas", "4", "swarm4j/customer");
    Map<String, String> customer = lab.running("customer-api");
    lab.ok("service", "scale", "-d", "web=1");
    Lab.poll(() -> containers().size(), count -> count == 5);
    assertThat(lab.running("customer-api")).isEqualTo(customer);
    assertThat(lab.get("m1", 3000, "/customer/1").text()).contains("\"id\":1");
    Set<String> pages = new HashSet<>();
    for (int i = 0; i < 40; i++) {
      pages.add(lab.get("m1", 3000, "/").text());
    }
    assertThat(pages).hasSize(4);
  }
}
