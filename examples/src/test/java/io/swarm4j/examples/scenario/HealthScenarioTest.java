package io.swarm4j.examples.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.testing.Feature;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who gets traffic, and who does not: parts IV, IX and XI of the scenarios. */
class HealthScenarioTest extends ScenarioTest {

  private List<String> containers(String... filters) {
    List<String> command =
        new ArrayList<>(List.of("ps", "-q", "--no-trunc", "--filter", "scope=swarm"));
    for (String filter : filters) {
      command.addAll(List.of("--filter", filter));
    }
    return lab.lines(command.toArray(String[]::new)).stream().filter(id -> !id.isEmpty()).toList();
  }

  private int addresses(String from, String name) {
    String answer = lab.docker("exec", from, "dig", name).out().strip();
    return answer.isEmpty() ? 0 : answer.split("\n").length;
  }

  @Test
  @Scenario({"SC-149", "SC-150"})
  @Feature({"N13", "N14", "N15"})
  void onlyHealthyTasksHaveAddresses() throws Exception {
    lab.ok("network", "create", "-d", "overlay", "net");
    lab.create("look", "--network", "net", "host");
    String look = containers("name=look.1").get(0);
    lab.create(
        "calc",
        "--network",
        "net",
        "-p",
        "7000:3000",
        "--replicas",
        "4",
        "--health-cmd",
        "curl -f http://localhost:3000/calc/iseverythingok",
        "--health-interval",
        "2s",
        "--health-retries",
        "1",
        "swarm4j/calc");
    Lab.poll(() -> addresses(look, "tasks.calc"), count -> count == 4);

    lab.ok("service", "scale", "-d", "calc=6");
    boolean waited = false;
    int found = 4;
    while (found < 6) {
      found = addresses(look, "tasks.calc");
      int running = containers("name=calc.").size();
      assertThat(found).isLessThanOrEqualTo(containers("name=calc.", "health=healthy").size());
      waited |= found == 4 && running == 6;
    }
    assertThat(waited).as("new tasks ran without an address while their health was open").isTrue();

    lab.get("m1", 7000, "/calc/divide?numerator=8&denominator=0");
    Lab.poll(() -> addresses(look, "tasks.calc"), count -> count == 5);
    Lab.poll(() -> addresses(look, "tasks.calc"), count -> count == 6);
    lab.ok("service", "scale", "-d", "calc=4");
    Lab.poll(() -> addresses(look, "tasks.calc"), count -> count == 4);
  }

  @Test
  @Scenario({"SC-153", "SC-154"})
  @Feature({"N07", "N08"})
  void checksOfImagesAreDisabledAndOverridden() throws Exception {
    lab.create("bare", "--no-healthcheck", "sick");
    assertThat(lab.ok("inspect", containers("name=bare.1").get(0), "--format", "{{.State}}"))
        .doesNotContain("healthy");
    lab.deploy(
            "off",
            """
            version: '3.4'
            services:
              sick: {image: sick, healthcheck: {disable: true}}
              treated: {image: sick, healthcheck: {test: well, interval: 100ms}}
            """)
        .ok();
    lab.converged("off_sick", "off_treated");
    assertThat(containers("name=off_treated.1", "health=healthy")).hasSize(1);
    assertThat(containers("name=off_sick.1", "health=none")).hasSize(1);
    lab.ok("service", "create", "-d", "--no-resolve-image", "--name", "ill", "sick");
    Lab.poll(
        () -> lab.ok("service", "ps", "--no-trunc", "--format", "{{.Error}}", "ill"),
        errors -> errors.contains("unhealthy"));
  }

  @Test
  @Scenario(
      value = {"SC-035", "SC-051"},
      note = "today's reference takes 10.0.0.0/24 for ingress; ours a range of its own per swarm")
  @Feature({"H01", "H06", "H18"})
  void theIngressNetworkShowsTheContainersOfTheNodeThatIsAsked() throws Exception {
    lab.create("viz", "-p", "8090:8080", "--constraint", "node.role==manager", "host");
    lab.create("api", "-p", "3000:3000", "--constraint", "node.hostname==w2", "swarm4j/customer");
    String[] names = {
      "network", "inspect", "ingress", "--format", "{{range .Containers}}{{.Name}} {{end}}"
    };
    assertThat(lab.ok(names)).contains("viz.1.").doesNotContain("api.1.");
    assertThat(lab.on("w2").run(names).ok()).contains("api.1.").doesNotContain("viz.1.");
    assertThat(
            lab.ok(
                "network",
                "inspect",
                "ingress",
                "--format",
                "{{.Driver}} {{.Scope}} {{.Ingress}} {{(index .IPAM.Config 0).Subnet}}"))
        .matches("overlay swarm true [0-9.]+/\\d+");
  }

  @Test
  @Scenario(
      value = "SC-182",
      note = "that containers are limited shows in the tests of the Docker and process runtimes")
  void resourcesDecideWhereATaskFits() throws Exception {
    lab.create("small", "--limit-memory", "64m", "--limit-cpu", "0.5", "swarm4j/customer");
    assertThat(lab.inspect("small", "{{json .Spec.TaskTemplate.Resources.Limits}}"))
        .isEqualTo("{\"NanoCPUs\":500000000,\"MemoryBytes\":67108864}");
    lab.ok(
        "service",
        "create",
        "-d",
        "--no-resolve-image",
        "--name",
        "big",
        "--reserve-memory",
        "100000g",
        "swarm4j/customer");
    Lab.poll(
        () -> lab.ok("service", "ps", "--no-trunc", "--format", "{{.Error}}", "big"),
        errors -> errors.contains("insufficient resources"));
    lab.ok("service", "update", "-d", "--reserve-memory", "4m", "big");
    lab.converged("big");
  }

  @Test
  @Feature({"Q03", "Q04"})
  void whoWatchesAServiceMayDoSoBeforeItExists() {
    String[] watched = {"service", "ls", "--filter", "name=web", "--format", "{{.Replicas}}"};
    assertThat(lab.ok(watched)).isEmpty();
    assertThat(lab.docker("service", "ps", "web").err()).contains("no such service: web");
    lab.create("web", "swarm4j/customer");
    assertThat(lab.ok(watched)).isEqualTo("1/1");
    assertThat(lab.lines("service", "ps", "-q", "web")).hasSize(1);
  }

  @Test
  @Scenario("SC-184")
  void aBalancerInFrontAnswersWhenANodeIsLost() throws Exception {
    lab.create("web", "--replicas", "3", "-p", "8080:3000", "swarm4j/customer");
    List<String> balanced = new ArrayList<>(List.of("m1", "w1", "w2"));
    for (int i = 0; i < 30; i++) {
      if (i == 10) {
        lab.swarm.nodes().halt("w1");
      } else if (i == 20) {
        lab.join("w3");
        Lab.poll(() -> lab.get("w3", 8080, "/customer/1").status(), status -> status == 200);
        balanced.add("w3");
      }
      assertThat(through(balanced, i)).isEqualTo(200);
    }
    assertThat(lab.refuses("w1", 8080)).isTrue();
  }

  /** One address in front of some nodes, which goes on to the next where one does not answer. */
  private int through(List<String> nodes, int request) throws Exception {
    for (int i = 0; i < nodes.size(); i++) {
      try {
        return lab.get(nodes.get((request + i) % nodes.size()), 8080, "/customer/1").status();
      } catch (IOException dead) {
        continue;
      }
    }
    return 0;
  }
}
