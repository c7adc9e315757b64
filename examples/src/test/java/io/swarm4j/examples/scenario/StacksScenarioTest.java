package io.swarm4j.examples.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.testing.DockerCli.Said;
import io.swarm4j.testing.Feature;
import java.nio.file.Files;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Networks, stacks, health and secrets: parts VII to XI of the scenarios. */
class StacksScenarioTest extends ScenarioTest {

  @Test
  @Scenario({"SC-111", "SC-112", "SC-113", "SC-115", "SC-122", "SC-123", "SC-125"})
  @Feature({
    "K01", "K03", "K04", "K05", "K10", "K12", "K13", "K14", "K19", "K20", "K21", "H19", "H20", "R07"
  })
  void tiersOnAnOverlay() throws Exception {
    lab.ok("network", "create", "-d", "overlay", "backend");
    assertThat(lab.lines("network", "ls", "--format", "{{.Name}} {{.Driver}} {{.Scope}}"))
        .contains("backend overlay swarm", "ingress overlay swarm");
    assertThat(lab.ok("network", "inspect", "backend", "--format", "{{json .IPAM.Config}}"))
        .isIn("null", "[]");
    lab.create(
        "balance",
        "-p",
        "5000:3000",
        "--network=backend",
        "--update-monitor",
        "100ms",
        "swarm4j/balance");
    assertThat(lab.ok("network", "inspect", "backend", "--format", "{{json .IPAM.Config}}"))
        .contains("Subnet");
    assertThat(lab.get("m1", 5000, "/").status()).isEqualTo(200);
    assertThat(lab.get("m1", 5000, "/balance/1").status()).isNotEqualTo(200);
    lab.create("customer", "--network=backend", "--replicas", "3", "swarm4j/customer");
    lab.ok("service", "update", "-d", "--env-add", "MYWEB_CUSTOMER_API=customer:3000", "balance");
    lab.converged("balance");
    Lab.poll(() -> lab.get("w1", 5000, "/balance/1").status(), status -> status == 200);
    assertThat(lab.docker("service", "logs", "balance").out()).contains("http://customer:3000");
    assertThat(
            lab.lines(
                "service",
                "inspect",
                "balance",
                "--format",
                "{{range .Endpoint.VirtualIPs}}{{.Addr}}\n{{end}}"))
        .filteredOn(line -> !line.isEmpty())
        .hasSize(2);
    assertThat(lab.ok("service", "inspect", "--pretty", "balance")).contains("Endpoint Mode:\tvip");
    lab.ok("service", "update", "-d", "--endpoint-mode", "dnsrr", "customer");
    lab.converged("customer");
    assertThat(
            lab.inspect(
                "customer", "{{.Spec.EndpointSpec.Mode}} {{.PreviousSpec.EndpointSpec.Mode}}"))
        .isEqualTo("dnsrr vip");
    Lab.poll(() -> lab.get("w1", 5000, "/balance/1").status(), status -> status == 200);
    assertThat(lab.docker("network", "rm", "backend").err()).contains("in use");
    lab.ok("service", "rm", "balance", "customer");
    lab.ok("network", "rm", "backend");
    Lab.poll(() -> lab.ok("ps", "-q", "--filter", "scope=swarm"), String::isEmpty);
  }

  @Test
  @Scenario({"SC-110", "SC-119", "SC-197"})
  @Feature({"H07", "K06", "K07", "K08", "L07"})
  void namesFollowTheTasks() throws Exception {
    lab.ok("network", "create", "-d", "overlay", "backend");
    lab.create("web", "--network", "backend", "nginx");
    lab.create("lone", "-p", "8081:80", "nginx");
    String inside = container("web.1");
    String vip = lab.ok("exec", inside, "dig", "web");
    assertThat(vip.lines()).hasSize(1);
    for (int replicas : new int[] {3, 2, 4}) {
      lab.ok("service", "scale", "-d", "web=" + replicas);
      Lab.poll(
          () -> lab.lines("exec", inside, "dig", "tasks.web").size(), found -> found == replicas);
      assertThat(lab.ok("exec", inside, "dig", "web")).isEqualTo(vip);
    }
    assertThat(lab.docker("exec", container("lone.1"), "dig", "web").exit()).isNotZero();
  }

  private String container(String task) {
    return lab.ok("ps", "-q", "--filter", "scope=swarm", "--filter", "name=" + task);
  }

  @Test
  @Scenario({"SC-120", "SC-121"})
  @Feature({"H02", "H18", "K09", "K11"})
  void connectionsAreBalancedAndStay() throws Exception {
    lab.ok("network", "create", "-d", "overlay", "backend");
    lab.create(
        "customer",
        "--network",
        "backend",
        "--replicas",
        "3",
        "-p",
        "5000:3000",
        "swarm4j/customer");
    Set<String> outside = new HashSet<>();
    Set<String> inside = new HashSet<>();
    String first = container("customer.1");
    for (int i = 0; i < 9; i++) {
      outside.add(lab.get("m1", 5000, "/").text().split(" - ")[1]);
      inside.add(lab.ok("exec", first, "curl", "http://customer:3000/").split(" - ")[1]);
    }
    assertThat(outside).hasSize(3);
    assertThat(inside).hasSize(3);
    Set<String> kept = new HashSet<>();
    for (int i = 0; i < 10; i++) {
      kept.add(lab.getKept("m1", 5000, "/").text().split(" - ")[1]);
    }
    assertThat(kept).hasSize(1);
  }

  private static final String VIZ =
      """
      version: '3.1'
      services:
        viz:
          image: nginx
          deploy: {placement: {constraints: [node.role == manager]}, restart_policy: {delay: 100ms}}
      """;

  @Test
  @Scenario({"SC-130", "SC-131", "SC-133"})
  @Feature({
    "M00", "M01", "M02", "M03", "M04", "M05", "M06", "M07", "M08", "M10", "M13", "M15", "H15"
  })
  void aStackFromCreationToRemoval() throws Exception {
    assertThat(lab.deploy("viz", VIZ).ok())
        .contains("Creating network viz_default", "Creating service viz_viz");
    lab.converged("viz_viz");
    assertThat(lab.lines("stack", "ls", "--format", "{{.Name}} {{.Services}}"))
        .containsExactly("viz 1");
    assertThat(lab.lines("stack", "services", "viz", "--format", "{{.Name}} {{.Replicas}}"))
        .containsExactly("viz_viz 1/1");
    assertThat(lab.ok("stack", "ps", "--no-trunc", "viz", "-q"))
        .isEqualTo(lab.ok("service", "ps", "--no-trunc", "viz_viz", "-q"));
    Map<String, String> before = lab.running("viz_viz");
    String published = VIZ + "    ports: ['8090:80']\n";
    assertThat(lab.deploy("viz", published).ok()).contains("Updating service viz_viz");
    Lab.poll(() -> lab.running("viz_viz"), now -> now.size() == 1 && !now.equals(before));
    Lab.poll(() -> !lab.refuses("w2", 8090), up -> up);
    assertThat(lab.get("w2", 8090, "/").status()).isEqualTo(200);
    lab.ok("stack", "rm", "viz");
    assertThat(lab.ok("stack", "ls", "--format", "{{.Name}}")).isEmpty();
    assertThat(lab.ok("network", "ls", "--format", "{{.Name}}")).doesNotContain("viz_default");
    Lab.poll(() -> lab.refuses("m1", 8090), gone -> gone);
    lab.deploy("viz", published).ok();
    lab.converged("viz_viz");
    assertThat(lab.get("m1", 8090, "/").status()).isEqualTo(200);
  }

  @Test
  @Scenario({"SC-135", "SC-185"})
  @Feature({"A13", "M04", "M09", "M11", "M14", "M16", "M17", "H20"})
  void replicasInTheFileAndTiersThatScaleApart() throws Exception {
    String apis =
        """
        version: '3.1'
        services:
          customer:
            image: swarm4j/customer
            deploy: {replicas: 5}
          balance:
            image: swarm4j/balance
            ports: ["5000:3000"]
            environment: {MYWEB_CUSTOMER_API: "customer:3000"}
            deploy: {replicas: 2}
        """;
    lab.deploy("apis", apis).ok();
    lab.converged("apis_customer", "apis_balance");
    assertThat(lab.lines("stack", "ps", "apis", "-q", "-f", "desired-state=running")).hasSize(7);
    assertThat(lab.get("m1", 5000, "/balance/1").status()).isEqualTo(200);
    Map<String, String> balance = lab.running("apis_balance");
    lab.ok("service", "scale", "-d", "apis_customer=2", "apis_balance=3");
    lab.converged("apis_customer", "apis_balance");
    assertThat(lab.running("apis_balance")).containsAllEntriesOf(balance).hasSize(3);
    assertThat(lab.get("w1", 5000, "/balance/1").status()).isEqualTo(200);
  }

  @Test
  @Scenario({"SC-143", "SC-145", "SC-146", "SC-141", "SC-147"})
  @Feature({
    "M18", "N01", "N02", "N03", "N09", "N10", "N11", "N16", "N17", "N18", "N19", "I09", "Q05"
  })
  void onlyAHealthCheckFindsOut() throws Exception {
    String calc =
        """
        version: '3.1'
        services:
          calc:
            image: swarm4j/calc
            ports: ["7000:3000"]
            deploy: {restart_policy: {delay: 100ms}, update_config: {monitor: 100ms}}
        """;
    lab.deploy("calc", calc).ok();
    lab.converged("calc_calc");
    assertThat(lab.get("m1", 7000, "/calc/iseverythingok").status()).isEqualTo(200);
    lab.get("m1", 7000, "/calc/divide?numerator=8&denominator=0");
    assertThat(lab.get("m1", 7000, "/calc/iseverythingok").status()).isEqualTo(500);
    Map<String, String> broken = lab.running("calc_calc");
    assertThat(lab.replicas("calc_calc")).isEqualTo("1/1");
    lab.ok("service", "update", "-d", "--force", "calc_calc");
    Lab.poll(() -> lab.running("calc_calc"), now -> now.size() == 1 && !now.equals(broken));
    lab.converged("calc_calc");
    assertThat(lab.get("m1", 7000, "/calc/iseverythingok").status()).isEqualTo(200);
    String checked =
        calc
            + """
                healthcheck:
                  test: curl -f http://localhost:3000/calc/iseverythingok
                  interval: 300ms
                  timeout: 5s
                  retries: 3
            """;
    lab.deploy("calc", checked).ok();
    lab.converged("calc_calc");
    Lab.poll(
        () -> lab.ok("ps", "--filter", "scope=swarm", "--format", "{{.Status}}"),
        status -> status.contains("(healthy)"));
    String task = lab.running("calc_calc").get("calc_calc.1");
    assertThat(lab.ok("inspect", task)).doesNotContain("FailingStreak");
    assertThat(lab.ok("inspect", container("calc_calc.1"), "--format", "{{json .State.Health}}"))
        .contains("\"Status\":\"healthy\"", "\"FailingStreak\":0");
    lab.get("m1", 7000, "/calc/divide?numerator=8&denominator=0");
    Lab.poll(
        () -> lab.running("calc_calc").get("calc_calc.1"), now -> now != null && !now.equals(task));
    lab.converged("calc_calc");
    assertThat(lab.get("m1", 7000, "/calc/iseverythingok").status()).isEqualTo(200);
  }

  @Test
  @Scenario({"SC-161", "SC-167", "SC-168", "SC-169", "SC-190"})
  @Feature({
    "O02", "O03", "O04", "O05", "O06", "O07", "O08", "O09", "O11", "O12", "O13", "O14", "O18",
    "M19", "M20", "M24"
  })
  void secretsWithVersions() throws Exception {
    assertThat(lab.ok("secret", "ls", "-q")).isEmpty();
    String stack =
        """
        version: '3.1'
        services:
          mysql:
            image: keeper
            deploy: {restart_policy: {delay: 100ms}, update_config: {monitor: 100ms}}
            secrets:
              - source: root_pass
                target: root_pass
        secrets:
          root_pass: {external: {name: NAME}}
        """;
    Said missing = lab.deploy("mysql", stack.replace("NAME", "pass_v1"));
    assertThat(missing.err()).contains("secret not found: pass_v1");
    assertThat(lab.ok("stack", "ls", "--format", "{{.Name}}")).isEmpty();
    lab.on("m1").runWithInput("pass_v1", "secret", "create", "pass_v1", "-").ok();
    java.nio.file.Path file = lab.folder().resolve("v2.txt");
    Files.writeString(file, "pass_v2");
    lab.ok("secret", "create", "pass_v2", file.toString());
    assertThat(lab.lines("secret", "ls", "--format", "{{.Name}}"))
        .containsExactlyInAnyOrder("pass_v1", "pass_v2");
    lab.deploy("mysql", stack.replace("NAME", "pass_v1")).ok();
    lab.converged("mysql_mysql");
    Lab.poll(
        () -> lab.docker("service", "logs", "mysql_mysql").out(),
        text -> text.contains("secret pass_v1"));
    assertThat(lab.docker("secret", "rm", "pass_v1").err())
        .contains("secret 'pass_v1' is in use by the following service: mysql_mysql");
    lab.deploy("mysql", stack.replace("NAME", "pass_v2")).ok();
    Lab.poll(
        () -> lab.docker("service", "logs", "mysql_mysql").out(),
        text -> text.contains("secret pass_v2"));
    assertThat(lab.ok("secret", "rm", "pass_v1")).isEqualTo("pass_v1");
    lab.ok("stack", "rm", "mysql");
    Lab.poll(() -> lab.docker("secret", "rm", "pass_v2").exit(), exit -> exit == 0);
    assertThat(lab.ok("secret", "ls", "-q")).isEmpty();
  }

  @Test
  @Scenario("SC-192")
  @Feature({"R02", "R03", "R04", "R05", "R06"})
  void filtersAndFormats() {
    lab.create("calc_calc", "--replicas", "4", "swarm4j/calc");
    String all = "scope=swarm";
    assertThat(lab.lines("ps", "--filter", all, "-f", "name=calc_calc.4", "-q")).hasSize(1);
    List<String> table =
        lab.lines(
            "ps",
            "--filter",
            all,
            "--format",
            "table {{.ID}}\t{{.Names}}\t{{.CreatedAt}}\t{{.Status}}");
    assertThat(table).hasSize(5);
    assertThat(table.get(0)).contains("CONTAINER ID", "NAMES", "CREATED AT", "STATUS");
  }
}
