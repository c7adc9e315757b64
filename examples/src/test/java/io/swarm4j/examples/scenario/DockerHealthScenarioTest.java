package io.swarm4j.examples.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.testing.Feature;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Health checks of containers: part IX of the scenarios. */
class DockerHealthScenarioTest extends DockerScenarioTest {
  private static final String HEALTH = "{{json .State.Health}}";

  /** The id of the running task of a slot, once it is another than before. */
  private String replaced(String service, String before) throws Exception {
    String task =
        Lab.poll(
            () -> lab.running(service).get(service + ".1"),
            now -> now != null && !now.equals(before));
    lab.converged(service);
    return task;
  }

  @Test
  @Scenario({"SC-141", "SC-142"})
  @Feature({"N16", "N17", "N21", "N22", "N23"})
  void onlyACheckHealsByItself() throws Exception {
    lab.create("cow", "-p", "7000:3000", "--update-monitor", "100ms", "swarm4j/cowsay");
    String broken = lab.running("cow").get("cow.1");
    in("cow.1", "rm /usr/games/fortune");
    assertThat(lab.get("m1", 7000, "/").text()).contains("exception");
    lab.ok("service", "update", "-d", "--force", "cow");
    replaced("cow", broken);
    Lab.poll(() -> lab.get("m1", 7000, "/").status(), status -> status == 200);

    lab.create("checked", "-p", "7001:3000", "cowsayhealth");
    String task = lab.running("checked").get("checked.1");
    Process session =
        new ProcessBuilder(
                "docker", "-H", engine().uri(), "exec", container("checked.1"), "sleep", "1000")
            .start();
    in("checked.1", "rm /usr/games/fortune");
    replaced("checked", task);
    Lab.poll(() -> lab.get("m1", 7001, "/").status(), status -> status == 200);
    assertThat(session.waitFor(30, TimeUnit.SECONDS)).isTrue(); // it has ended with its container
    assertThat(lab.tasks("checked").get(1)).contains("Shutdown").contains(task);
  }

  private static final String CALC =
      """
      version: '3.1'
      services:
        calc:
          image: swarm4j/calc
          ports: ["7000:80"]
          deploy:
            placement: {constraints: [node.role == manager]}
            restart_policy: {delay: 100ms}
            update_config: {monitor: 100ms}
      """;

  @Test
  @Scenario({"SC-143", "SC-145", "SC-146", "SC-147"})
  @Feature({"N02", "N03", "N09", "N10", "N11", "N18", "N19"})
  void aCheckInTheFileHealsACorruptibleApp() throws Exception {
    lab.deploy("calc", CALC).ok();
    lab.converged("calc_calc");
    assertThat(lab.get("m1", 7000, "/calc/divide?numerator=8&denominator=2").text().strip())
        .isEqualTo("4");
    lab.get("m1", 7000, "/calc/divide?numerator=8&denominator=0");
    assertThat(lab.get("m1", 7000, "/calc/iseverythingok").status()).isEqualTo(500);
    String first = lab.running("calc_calc").get("calc_calc.1");
    assertThat(engine().docker("inspect", "-f", HEALTH, container("calc_calc.1")))
        .isEqualTo("null");
    lab.ok("service", "update", "-d", "--force", "calc_calc");
    String second = replaced("calc_calc", first);
    Lab.poll(() -> lab.get("m1", 7000, "/calc/iseverythingok").status(), it -> it == 200);

    lab.deploy(
            "calc",
            CALC
                + """
                    healthcheck:
                      test: curl -f -s -S http://localhost/calc/iseverythingok || exit 1
                      interval: 500ms
                      timeout: 5s
                      retries: 3
                """)
        .ok();
    String third = replaced("calc_calc", second);
    assertThat(engine().docker("inspect", "-f", HEALTH, container("calc_calc.1")))
        .contains("\"healthy\"", "\"FailingStreak\":0", "everything is OK");
    assertThat(engine().docker("ps", "--format", "{{.Status}}", "--filter", "name=calc_calc"))
        .contains("(healthy)");
    assertThat(lab.ok("inspect", third)).doesNotContain("FailingStreak");

    lab.get("m1", 7000, "/calc/divide?numerator=8&denominator=0");
    String fourth = replaced("calc_calc", third);
    Lab.poll(() -> lab.get("m1", 7000, "/calc/iseverythingok").status(), it -> it == 200);
    lab.ok("service", "update", "-d", "--force", "calc_calc");
    replaced("calc_calc", fourth);
    assertThat(lab.tasks("calc_calc").get(1)).contains("Shutdown Shutdown"); // it had not failed
  }

  @Test
  @Scenario({"SC-149", "SC-150"})
  @Feature({"N13", "N14"})
  void namesLeadToHealthyContainersOnly() throws Exception {
    lab.ok("network", "create", "-d", "overlay", "backend");
    lab.create("asker", "--network", "backend", "swarm4j/base", "sleep", "100000");
    lab.ok(
        "service",
        "create",
        "-d",
        "--no-resolve-image",
        "--name",
        "gate",
        "--network",
        "backend",
        "--replicas",
        "2",
        "--restart-delay",
        "100ms",
        "--update-monitor",
        "100ms",
        "--health-cmd",
        "test -e /tmp/ok",
        "--health-interval",
        "200ms",
        "--health-retries",
        "1",
        "--health-start-period",
        "1h",
        "swarm4j/base",
        "sleep",
        "100000");
    openGate("gate.1", 1);
    openGate("gate.2", 2);
    lab.ok("service", "scale", "-d", "gate=3");
    Lab.poll(() -> container("gate.3"), id -> !id.isEmpty());
    assertThat(addresses()).hasSize(2); // the third has not passed its check
    openGate("gate.3", 3);
    lab.ok("service", "scale", "-d", "gate=2");
    Lab.poll(this::addresses, found -> found.size() == 2);

    Map<String, String> before = lab.running("gate");
    in("gate.1", "rm /tmp/ok");
    Lab.poll(this::addresses, found -> found.size() == 1);
    Lab.poll(() -> lab.running("gate"), now -> now.size() == 2 && !now.equals(before));
    openGate("gate.1", 2); // the new container in its place
  }

  private void openGate(String task, int expected) throws Exception {
    Lab.poll(() -> container(task), id -> id.lines().count() == 1);
    in(task, "touch /tmp/ok");
    Lab.poll(this::addresses, found -> found.size() == expected);
  }

  private List<String> addresses() {
    return in("asker.1", "dig tasks.gate || true").lines().filter(line -> !line.isEmpty()).toList();
  }

  @Test
  @Scenario({"SC-153", "SC-154"})
  @Feature({"N01", "N08"})
  void theSpecOverridesTheImage() throws Exception {
    String test = "{{json .Config.Healthcheck.Test}}";
    lab.create("waived", "--no-healthcheck", "swarm4j/calchealth");
    assertThat(engine().docker("inspect", "-f", HEALTH, container("waived.1"))).isEqualTo("null");
    String stack =
        """
        version: '3.1'
        services:
          calc:
            image: swarm4j/calchealth
            healthcheck: HEALTH
        """;
    lab.deploy("a", stack.replace("HEALTH", "{disable: true}")).ok();
    lab.deploy("b", stack.replace("HEALTH", "{test: [CMD, 'true'], interval: 200ms}")).ok();
    lab.converged("a_calc", "b_calc");
    assertThat(engine().docker("inspect", "-f", test, container("a_calc.1")))
        .isEqualTo("[\"NONE\"]");
    assertThat(engine().docker("inspect", "-f", test, container("b_calc.1")))
        .isEqualTo("[\"CMD\",\"true\"]");
  }
}
