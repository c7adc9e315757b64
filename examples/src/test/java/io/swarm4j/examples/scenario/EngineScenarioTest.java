package io.swarm4j.examples.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.swarm4j.testing.Feature;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Containers that no swarm has asked for, on an engine that a swarm uses: part I of the scenarios,
 * and what they say of health outside a swarm. The swarm leaves them alone.
 */
class EngineScenarioTest extends DockerScenarioTest {
  private static final String CUSTOMER = "swarm4j/customer";

  @AfterEach
  void removeContainers() {
    for (String id : engine().docker("ps", "-aq", "--filter", "label=plain").lines().toList()) {
      engine().docker("rm", "-f", id);
    }
  }

  private static void run(String name, String... words) {
    List<String> command =
        new java.util.ArrayList<>(List.of("run", "-d", "--label", "plain", "--name", name));
    command.addAll(List.of(words));
    engine().docker(command.toArray(String[]::new));
  }

  /** A page, whatever its status, of a server that may be about to start. */
  private static String get(int port, String path) {
    String url = "http://localhost:" + port + path;
    return engine()
        .shell(
            "for i in 1 2 3 4 5 6 7 8 9; do curl -s " + url + " && exit; sleep 0.5; done; exit 1");
  }

  private static boolean answers(int port, String path) {
    return engine()
        .shell("curl -s -f -o /dev/null http://localhost:" + port + path + " && echo yes || true")
        .equals("yes");
  }

  @Test
  @Scenario({"SC-001", "SC-004", "SC-005"})
  @Feature({"A02", "A05", "A06", "A12", "B05"})
  void publishedContainersAndWhatBecomesOfThemWhenTheyCrash() throws Exception {
    run("one", "-p", "8088:80", "-e", "TITLE=nginx", "nginx");
    run("two", "-p", "8089:80", "-e", "TITLE=Apache", "nginx");
    assertThat(get(8088, "/")).contains("nginx");
    assertThat(get(8089, "/")).contains("Apache");
    run("mortal", "-p", "3000:3000", CUSTOMER);
    run("restarting", "-p", "3002:3000", "--restart", "unless-stopped", CUSTOMER);
    get(3000, "/customer/1");
    engine().shell("curl -s http://localhost:3000/critical || true");
    Lab.poll(() -> engine().docker("ps", "-q", "--filter", "name=^mortal$"), String::isEmpty);
    assertThat(answers(3000, "/customer/1")).isFalse();
    for (int i = 0; i < 3; i++) {
      engine().shell("curl -s http://localhost:3002/critical || true");
      Lab.poll(() -> answers(3002, "/customer/1"), up -> up);
    }
    assertThat(lab.ok("ps", "-q", "--filter", "scope=swarm")).isEmpty(); // not the swarm's
  }

  @Test
  @Scenario(
      value = {"SC-002", "SC-003"},
      note = "that all requests are answered, by the right one; rates are the bench's")
  @Feature("A04")
  void eachContainerNeedsAPortOfItsOwn() {
    run("first", "-p", "3000:3000", CUSTOMER);
    run("second", "-p", "3001:3000", CUSTOMER);
    get(3000, "/customer/1");
    get(3001, "/customer/1");
    for (int port : new int[] {3000, 3001}) {
      String host = engine().docker("exec", port == 3000 ? "first" : "second", "hostname");
      String page = get(port, "/inspect");
      assertThat(page).contains(host);
    }
    assertThatThrownBy(() -> run("third", "-p", "3000:3000", CUSTOMER))
        .hasMessageContaining("port is already allocated");
  }

  @Test
  @Scenario({"SC-006", "SC-007"})
  @Feature({"A08", "A09", "A10"})
  void containersFindEachOtherByHostAddressAndByName() throws Exception {
    String address = engine().address();
    run("customer-by-host", "-p", "3000:3000", CUSTOMER);
    run(
        "balance-by-host",
        "-p",
        "4000:3000",
        "-e",
        "MYWEB_CUSTOMER_API=" + address + ":3000",
        "swarm4j/balance");
    Lab.poll(() -> answers(4000, "/balance/1"), ok -> ok);
    engine().docker("stop", "-t", "0", "customer-by-host");
    assertThat(get(4000, "/balance/1")).contains("3000");
    engine().docker("start", "customer-by-host");
    Lab.poll(() -> answers(4000, "/balance/1"), ok -> ok);

    engine().docker("network", "create", "-d", "bridge", "--label", "plain", "company");
    try {
      assertThat(engine().docker("network", "ls", "--format", "{{.Name}}").lines())
          .contains("company");
      run("customer-api", "--network", "company", CUSTOMER);
      run(
          "balance-api",
          "--network",
          "company",
          "-p",
          "4001:3000",
          "-e",
          "MYWEB_CUSTOMER_API=customer-api:3000",
          "swarm4j/balance");
      Lab.poll(() -> answers(4001, "/balance/1"), ok -> ok);
      assertThat(engine().docker("exec", "balance-api", "dig", "customer-api")).isNotEmpty();
      engine().docker("rm", "-f", "customer-api");
      assertThat(get(4001, "/balance/1")).contains("customer-api");
      run("customer-api", CUSTOMER);
      assertThat(answers(4001, "/balance/1")).isFalse(); // on another network
      engine().docker("rm", "-f", "customer-api");
      run("customer-api", "--network", "company", CUSTOMER);
      Lab.poll(() -> answers(4001, "/balance/1"), ok -> ok);
    } finally {
      removeContainers();
      engine().docker("network", "rm", "company");
    }
  }

  @Test
  @Scenario({"SC-151", "SC-153"})
  @Feature("N12")
  void unhealthyContainersOutsideASwarmRunOn() throws Exception {
    String look = "{{json .State.Health}}";
    run("unchecked", "swarm4j/calc");
    assertThat(engine().docker("inspect", "-f", look, "unchecked")).isEqualTo("null");
    run(
        "checked",
        "--health-cmd",
        "test ! -e /broken",
        "--health-interval",
        "200ms",
        "swarm4j/calc");
    Lab.poll(
        () -> engine().docker("inspect", "-f", look, "checked"), it -> it.contains("\"healthy\""));
    engine().docker("exec", "checked", "touch", "/broken");
    Lab.poll(
        () -> engine().docker("inspect", "-f", "{{.State.Health.FailingStreak}}", "checked"),
        streak -> Integer.parseInt(streak) > 3);
    assertThat(
            engine()
                .docker("inspect", "-f", "{{.State.Health.Status}} {{.State.Running}}", "checked"))
        .isEqualTo("unhealthy true");
    run("waived", "--no-healthcheck", "swarm4j/calchealth");
    assertThat(engine().docker("inspect", "-f", look, "waived")).isEqualTo("null");
  }
}
