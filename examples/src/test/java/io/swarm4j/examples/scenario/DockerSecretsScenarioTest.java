package io.swarm4j.examples.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.testing.Feature;
import org.junit.jupiter.api.Test;

/** Secrets in containers: part X of the scenarios. */
class DockerSecretsScenarioTest extends DockerScenarioTest {
  private static final String STACK =
      """
      version: '3.1'
      services:
        mysql:
          image: mysql
          ports: ["3306:3000"]
          environment: {ENVIRONMENT}
          deploy:
            placement: {constraints: [node.role == manager]}
            restart_policy: {delay: 100ms}
            update_config: {monitor: 100ms}
      """;

  private static String withSecret(String name) {
    return STACK.replace("ENVIRONMENT", "PASSWORD_FILE: /run/secrets/root_pass")
        + """
            secrets:
              - source: root_pass
                target: root_pass
        secrets:
          root_pass: {external: {name: NAME}}
        """
            .replace("NAME", name);
  }

  private void secret(String name, String value) {
    assertThat(lab.on("m1").runWithInput(value, "secret", "create", name, "-").ok()).hasSize(25);
  }

  private void awaitLogin(String password, int status) throws Exception {
    Lab.poll(
        () -> {
          try {
            return lab.get("m1", 3306, "/login?password=" + password).status();
          } catch (java.io.IOException replaced) {
            return 0;
          }
        },
        seen -> seen == status);
  }

  @Test
  @Scenario({"SC-160", "SC-161", "SC-165", "SC-167", "SC-168"})
  @Feature({"O01", "O02", "O03", "O06", "O08", "O09", "O11", "O12", "O13", "O14", "O19"})
  void aPasswordLeavesTheEnvironmentAndGetsVersions() throws Exception {
    lab.deploy("mysql", STACK.replace("ENVIRONMENT", "PASSWORD: root")).ok();
    awaitLogin("root", 200);
    assertThat(engine().docker("inspect", container("mysql_mysql.1"))).contains("PASSWORD=root");

    assertThat(lab.ok("secret", "ls", "-q")).isEmpty();
    secret("pass_v1", "supersecretpassword");
    secret("pass_v2", "othersecretpassword");
    assertThat(lab.ok("secret", "ls")).contains("pass_v1").doesNotContain("supersecret");
    assertThat(lab.ok("secret", "inspect", "pass_v1")).doesNotContain("supersecret");
    lab.deploy("mysql", withSecret("pass_v1")).ok();
    awaitLogin("supersecretpassword", 200);
    assertThat(in("mysql_mysql.1", "cat /run/secrets/root_pass")).isEqualTo("supersecretpassword");
    assertThat(engine().docker("inspect", container("mysql_mysql.1")))
        .doesNotContain("supersecret")
        .contains("PASSWORD_FILE=/run/secrets/root_pass");
    assertThat(lab.docker("secret", "rm", "pass_v1").err())
        .contains("secret 'pass_v1' is in use by the following service: mysql_mysql");

    lab.deploy("mysql", withSecret("pass_v2")).ok();
    awaitLogin("othersecretpassword", 200);
    assertThat(in("mysql_mysql.1", "cat /run/secrets/root_pass")).isEqualTo("othersecretpassword");
    awaitLogin("supersecretpassword", 401);

    lab.ok("stack", "rm", "mysql");
    assertThat(lab.ok("secret", "rm", "pass_v1", "pass_v2").lines()).hasSize(2);
    assertThat(lab.ok("secret", "ls", "-q")).isEmpty();
    assertThat(lab.deploy("mysql", withSecret("pass_v1")).err()).contains("secret", "not found");
  }

  @Test
  @Scenario("SC-169")
  @Feature({"O06", "O07"})
  void ownerModeAndNameOfTheFileAreAsAskedFor() throws Exception {
    secret("pass", "s3cret");
    lab.create(
        "app",
        "--update-monitor",
        "100ms",
        "--secret",
        "source=pass,target=key,uid=65534,gid=77,mode=0440",
        "swarm4j/base",
        "sleep",
        "100000");
    assertThat(in("app.1", "stat -c '%u %g %a' /run/secrets/key")).isEqualTo("65534 77 440");
    String before = lab.running("app").get("app.1");
    lab.ok("service", "update", "-d", "--secret-rm", "pass", "--secret-add", "pass", "app");
    Lab.poll(() -> lab.running("app").get("app.1"), now -> now != null && !now.equals(before));
    lab.converged("app");
    assertThat(in("app.1", "ls /run/secrets; stat -c '%u %g %a' /run/secrets/pass").lines())
        .containsExactly("pass", "0 0 444");
    String second = lab.running("app").get("app.1");
    lab.ok("service", "update", "-d", "--secret-rm", "pass", "app");
    Lab.poll(() -> lab.running("app").get("app.1"), now -> now != null && !now.equals(second));
    lab.converged("app");
    assertThat(in("app.1", "ls /run/secrets 2>/dev/null || true")).isEmpty();
    lab.ok("service", "rm", "app");
    Lab.poll(() -> lab.docker("secret", "rm", "pass").exit(), exit -> exit == 0);
  }
}
