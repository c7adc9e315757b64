package io.swarm4j.examples.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.testing.Feature;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Services from their first day to their last: parts II and V of the scenarios. */
class ServicesScenarioTest extends ScenarioTest {

  @Test
  @Scenario({"SC-012", "SC-033"})
  @Feature({"D01", "D05", "R01"})
  void nodesAreListedAndInspected() {
    assertThat(
            lab.lines(
                "node",
                "ls",
                "--format",
                "{{.Hostname}} {{.Status}} {{.Availability}} {{.ManagerStatus}} {{.Self}}"))
        .containsExactlyInAnyOrder(
            "m1 Ready Active Leader true", "w1 Ready Active  false", "w2 Ready Active  false");
    assertThat(lab.docker("node", "inspect").exit()).isNotZero();
    String self = lab.ok("node", "inspect", "self");
    assertThat(lab.ok("inspect", "m1")).isEqualTo(self);
    String id = lab.ok("node", "inspect", "m1", "--format", "{{.ID}}");
    assertThat(lab.ok("inspect", id.substring(0, 8))).isEqualTo(self);
    assertThat(lab.ok("node", "inspect", "w2"))
        .contains("\"Addr\"", "\"Architecture\"", "\"NanoCPUs\"", "\"EngineVersion\"");
  }

  @Test
  @Scenario({"SC-013", "SC-014", "SC-015"})
  @Feature({"E01", "E03", "E04", "E05", "E06", "E07", "E08", "F02"})
  void firstService() throws Exception {
    lab.create("web", "-p", "8080:80", "nginx");
    assertThat(
            lab.lines("service", "ls", "--format", "{{.Name}} {{.Mode}} {{.Replicas}} {{.Image}}"))
        .containsExactly("web replicated 1/1 nginx:latest");
    assertThat(lab.get("m1", 8080, "/").text()).contains("nginx");
    assertThat(lab.lines("ps", "--filter", "scope=swarm", "--format", "{{.Names}}"))
        .singleElement()
        .asString()
        .startsWith("web.1.");
    assertThat(lab.inspect("web", "{{.Spec.Name}} {{.Spec.Mode.Replicated.Replicas}}"))
        .isEqualTo("web 1");
    String id = lab.inspect("web", "{{.ID}}");
    assertThat(lab.ok("service", "inspect", id)).isEqualTo(lab.ok("service", "inspect", "web"));
    assertThat(lab.tasks("web")).singleElement().asString().startsWith("web.1 Running Running");
    assertThat(lab.ok("service", "rm", "web")).isEqualTo("web");
    assertThat(lab.ok("service", "ls", "-q")).isEmpty();
    assertThat(lab.docker("service", "ps", "web").err()).contains("no such service: web");
    lab.create("web", "-p", "8080:80", "nginx");
    assertThat(lab.inspect("web", "{{.ID}}")).isNotEqualTo(id);
    assertThat(lab.tasks("web")).hasSize(1);
  }

  @Test
  @Scenario({"SC-016", "SC-018", "SC-188"})
  @Feature({"E09", "E10", "E11", "E13", "E22", "J16"})
  void scalingLeavesOthersAlone() throws Exception {
    lab.create("web", "-p", "8080:80", "nginx");
    Map<String, String> first = lab.running("web");
    lab.ok("service", "update", "-d", "--replicas=2", "web");
    lab.converged("web");
    Map<String, String> second = lab.running("web");
    assertThat(second).containsAllEntriesOf(first).hasSize(2);
    lab.ok("service", "scale", "-d", "web=4");
    lab.converged("web");
    assertThat(lab.running("web")).containsAllEntriesOf(second).hasSize(4);
    lab.create("customer-api", "-p", "3000:3000", "swarm4j/customer");
    Map<String, String> customer = lab.running("customer-api");
    lab.ok("service", "scale", "-d", "web=1");
    Lab.poll(() -> lab.replicas("web"), "1/1"::equals);
    assertThat(lab.running("customer-api")).isEqualTo(customer);
    assertThat(lab.get("w2", 3000, "/customer/1").text()).contains("\"id\":1");
  }

  @Test
  @Scenario({"SC-061", "SC-063", "SC-060", "SC-066"})
  @Feature({"F13", "F15", "G05", "G07", "G08", "G09", "G14", "G15", "I04", "I06"})
  void whatIsImpossibleWaitsForItsNode() throws Exception {
    lab.create("cadvisor", "--mode", "global", "host");
    lab.ok(
        "service",
        "create",
        "-d",
        "--no-resolve-image",
        "--name",
        "onw4",
        "-p",
        "9000:80",
        "--constraint",
        "node.hostname==w4",
        "nginx");
    Lab.poll(() -> lab.tasks("onw4"), tasks -> tasks.get(0).startsWith("onw4.1 Running Pending"));
    assertThat(lab.replicas("onw4")).isEqualTo("0/1");
    String task = lab.running("onw4").get("onw4.1");
    assertThat(lab.ok("inspect", task, "--format", "{{.Status.State}} {{.Status.Err}}"))
        .isEqualTo("pending no suitable node (scheduling constraints not satisfied on 3 nodes)");
    lab.join("w4");
    Lab.poll(() -> lab.replicas("onw4"), "1/1"::equals);
    assertThat(lab.running("onw4")).containsValue(task);
    Lab.poll(() -> lab.replicas("cadvisor"), "4/4"::equals);
    assertThat(lab.get("m1", 9000, "/").status()).isEqualTo(200);
  }

  @Test
  @Scenario("SC-062")
  @Feature({"F11", "F12"})
  void inspectingARunningTask() {
    lab.create("viz", "--constraint", "node.role==manager", "nginx");
    String task = lab.running("viz").get("viz.1");
    assertThat(
            lab.ok(
                "inspect",
                task,
                "--format",
                "{{.Status.State}} {{.Status.Message}} {{.DesiredState}}"))
        .isEqualTo("running started running");
    assertThat(lab.ok("inspect", task, "--format", "{{.Status.ContainerStatus.ContainerID}}"))
        .hasSize(64);
  }

  @Test
  @Scenario("SC-067")
  @Feature({"F03", "F06", "F07", "F09", "I01", "I03"})
  void anAppThatCrashesIsReplaced() throws Exception {
    lab.create("exploder", "-p", "9001:3000", "swarm4j/customer");
    String before = lab.running("exploder").get("exploder.1");
    lab.get("m1", 9001, "/critical");
    Lab.poll(
        () -> lab.running("exploder").get("exploder.1"), id -> id != null && !id.equals(before));
    Lab.poll(() -> lab.replicas("exploder"), "1/1"::equals);
    List<String> tasks = lab.tasks("exploder");
    assertThat(tasks).hasSize(2);
    assertThat(tasks.get(1)).contains("Shutdown").contains(before);
  }

  @Test
  @Scenario("SC-069")
  @Feature({"E12", "F10"})
  void scaledToZeroItNeverRuns() throws Exception {
    lab.create("exploder", "swarm4j/customer");
    lab.ok("service", "scale", "-d", "exploder=0");
    Lab.poll(() -> lab.replicas("exploder"), "0/0"::equals);
    lab.join("w3");
    assertThat(lab.replicas("exploder")).isEqualTo("0/0");
    assertThat(lab.running("exploder")).isEmpty();
  }

  @Test
  @Scenario("SC-194")
  @Feature({"E02", "E15", "E16", "P01"})
  void everyPartOfADefinitionShowsAndWorks() throws Exception {
    lab.create(
        "all",
        "--env",
        "A=1",
        "--workdir",
        "/w",
        "--limit-memory",
        "64m",
        "--limit-cpu",
        "0.5",
        "--replicas",
        "2",
        "--label",
        "l=1",
        "--container-label",
        "c=2",
        "printenv",
        "one",
        "two");
    assertThat(lab.inspect("all", "{{json .Spec}}"))
        .contains("\"Args\":[\"one\",\"two\"]", "\"Dir\":\"/w\"", "\"MemoryBytes\":67108864")
        .contains("\"NanoCPUs\":500000000", "\"A=1\"", "\"c\":\"2\"");
    String logs =
        Lab.poll(() -> lab.docker("service", "logs", "all").out(), text -> text.contains("args"));
    assertThat(logs).contains("A=1").contains("args [one, two]");
    lab.ok(
        "service", "update", "-d", "--env-add", "B=2", "--env-rm", "A", "--label-rm", "l", "all");
    assertThat(lab.inspect("all", "{{json .Spec}}"))
        .contains("\"B=2\"")
        .doesNotContain("\"A=1\"")
        .doesNotContain("\"l\":\"1\"");
  }
}
