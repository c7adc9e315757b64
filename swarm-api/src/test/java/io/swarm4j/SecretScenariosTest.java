package io.swarm4j;

import static io.swarm4j.SimSwarm.LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.swarm4j.agent.TaskContext.TaskFile;
import io.swarm4j.compose.ComposeException;
import io.swarm4j.compose.ComposeFile;
import io.swarm4j.compose.ComposeOptions;
import io.swarm4j.model.ChangePolicy;
import io.swarm4j.model.ConflictException;
import io.swarm4j.model.FileTarget;
import io.swarm4j.model.InvalidSpecException;
import io.swarm4j.model.Secret;
import io.swarm4j.model.SecretReference;
import io.swarm4j.model.SecretSpec;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskId;
import io.swarm4j.model.TaskState;
import io.swarm4j.testing.Feature;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A database and its password, step by step. */
class SecretScenariosTest {
  private static final String WITH_FILE =
      """
      services:
        mysql:
          image: mysql
          environment: {MYSQL_ROOT_PASSWORD_FILE: /run/secrets/root_pass}
          secrets: [root_pass]
      secrets:
        root_pass: {external: true, name: mysql_root_pass}
      """;

  private final SimSwarm sim = SimSwarm.workers(2);
  private final Secrets secrets = sim.swarm.secrets();

  @AfterEach
  void close() {
    sim.close();
  }

  private void deploy(String file) {
    sim.swarm.stacks().deploy(ComposeFile.read("mysql.yml", file, ComposeOptions.of("mysql")));
    assertThat(sim.swarm.stacks().await("mysql", LONG).isConverged()).isTrue();
  }

  private Task running(String service) {
    return sim.running(service).get(0);
  }

  /** What the task of a service can read, by path. */
  private Map<String, String> readable(String service) {
    Task task = running(service);
    Map<String, String> contents = new TreeMap<>();
    for (TaskFile file : sim.runtimes.get(sim.host(task)).files(task.id())) {
      contents.put(
          file.target().pathIn("/run/secrets/"),
          new String(file.content().bytes(), StandardCharsets.UTF_8));
    }
    return contents;
  }

  private Map<String, String> env(String service) {
    Task task = running(service);
    return sim.runtimes.get(sim.host(task)).env(task.id());
  }

  @Test
  @Feature({"O01", "SC-160"})
  void aPasswordInAVariableReachesTheTaskAndShowsToWhoeverInspectsTheService() {
    deploy(
        """
        services:
          mysql:
            image: mysql
            environment: {MYSQL_ROOT_PASSWORD: root, MYSQL_USER: wordpress}
            deploy: {placement: {constraints: [node.role == manager]}}
        """);

    assertThat(sim.host(running("mysql_mysql"))).isEqualTo("m1");
    assertThat(env("mysql_mysql")).containsEntry("MYSQL_ROOT_PASSWORD", "root");
    assertThat(sim.services().get("mysql_mysql").toString()).contains("MYSQL_ROOT_PASSWORD=root");
  }

  @Test
  @Feature({"O02", "O03", "SC-161"})
  void aSecretIsListedWithItsNameAndTimesAndNeverWithItsValue() {
    assertThat(secrets.list()).isEmpty();

    Secret created = secrets.create(SecretSpec.of("mysql_root_pass", "supersecretpassword"));

    assertThat(created.id().toString()).hasSize(25);
    assertThat(secrets.list()).hasSize(1);
    Secret listed = secrets.list().get(0);
    assertThat(listed.spec().name()).isEqualTo("mysql_root_pass");
    assertThat(listed.meta().createdAt())
        .isEqualTo(listed.meta().updatedAt())
        .isBeforeOrEqualTo(sim.time.now());
    assertThat(listed.toString()).doesNotContain("supersecretpassword");
    assertThat(listed.spec().data().bytes()).containsOnly((byte) 0);
  }

  @Test
  @Feature({"O05", "O11", "O19", "SC-165"})
  void aVariableThatNamesAFileTakesThePasswordOutOfTheServicesSpec() {
    deploy(
        """
        services:
          mysql: {image: mysql, environment: {MYSQL_ROOT_PASSWORD: supersecretpassword}}
        """);
    TaskId before = running("mysql_mysql").id();
    secrets.create(SecretSpec.of("mysql_root_pass", "supersecretpassword"));

    deploy(WITH_FILE);

    assertThat(running("mysql_mysql").id()).isNotEqualTo(before);
    String file = env("mysql_mysql").get("MYSQL_ROOT_PASSWORD_FILE");
    assertThat(readable("mysql_mysql")).containsExactly(Map.entry(file, "supersecretpassword"));
    assertThat(env("mysql_mysql")).doesNotContainKey("MYSQL_ROOT_PASSWORD");
    assertThat(sim.services().get("mysql_mysql").spec().toString())
        .doesNotContain("supersecretpassword");
  }

  @Test
  @Feature({"O08", "O12", "O13", "M24", "SC-167"})
  void aSecretGoesAfterItsUsersAndWithoutItNothingIsDeployed() {
    secrets.create(SecretSpec.of("mysql_root_pass", "supersecretpassword"));
    deploy(WITH_FILE);

    assertThatThrownBy(() -> secrets.remove("mysql_root_pass"))
        .isInstanceOf(ConflictException.class)
        .hasMessage("secret 'mysql_root_pass' is in use by the following service: mysql_mysql");

    sim.swarm.stacks().remove("mysql");
    secrets.remove("mysql_root_pass");
    assertThat(secrets.list()).isEmpty();
    assertThatThrownBy(() -> deploy(WITH_FILE))
        .isInstanceOf(InvalidSpecException.class)
        .hasMessageContaining("'mysql_root_pass'")
        .hasMessageContaining("create it before the stack is deployed");
    assertThat(sim.swarm.stacks().list()).isEmpty();
  }

  @Test
  @Feature({"O06", "O14", "SC-168"})
  void versionsByNameSwitchBehindAnAliasThatTheTaskKnows() {
    secrets.create(SecretSpec.of("mysql_root_pass_v1", "pass_v1"));
    secrets.create(SecretSpec.of("mysql_root_pass_v2", "pass_v2"));
    assertThatThrownBy(() -> deploy(aliased("mysql_root_pass_v1")))
        .isInstanceOf(ComposeException.class)
        .hasMessageContaining("'mysql_root_pass_v1' is not defined at top level");

    deploy(aliased("root_pass_v1"));
    TaskId first = running("mysql_mysql").id();
    String file = env("mysql_mysql").get("MYSQL_ROOT_PASSWORD_FILE");
    assertThat(readable("mysql_mysql")).containsExactly(Map.entry(file, "pass_v1"));

    deploy(aliased("root_pass_v2"));

    assertThat(running("mysql_mysql").id()).isNotEqualTo(first);
    assertThat(readable("mysql_mysql")).containsExactly(Map.entry(file, "pass_v2"));
    assertThat(env("mysql_mysql")).containsEntry("MYSQL_ROOT_PASSWORD_FILE", file);
  }

  private static String aliased(String source) {
    return """
        services:
          mysql:
            image: mysql
            environment: {MYSQL_ROOT_PASSWORD_FILE: /run/secrets/root_pass}
            secrets: [{source: %s, target: root_pass}]
        secrets:
          root_pass_v1: {external: true, name: mysql_root_pass_v1}
          root_pass_v2: {external: true, name: mysql_root_pass_v2}
        """
        .formatted(source);
  }

  @Test
  @Feature({"O06", "O07", "O11", "SC-169"})
  void grantsComeAndGoWithOwnerAndModeAsAsked() {
    secrets.create(SecretSpec.of("pass", "hidden"));
    secrets.create(SecretSpec.of("key", "also hidden"));
    sim.services().create(granting(SecretReference.of("pass")));
    sim.converged("web");
    Task before = running("web");
    assertThat(readable("web")).containsExactly(Map.entry("/run/secrets/pass", "hidden"));

    FileTarget target = new FileTarget("id_rsa", "103", "104", 0400);
    sim.services()
        .update("web", spec -> granting(new SecretReference("key", target, ChangePolicy.NONE)));
    sim.converged("web");

    Task after = running("web");
    assertThat(after.id()).isNotEqualTo(before.id());
    assertThat(readable("web")).containsExactly(Map.entry("/run/secrets/id_rsa", "also hidden"));
    assertThat(sim.runtimes.get(sim.host(after)).files(after.id()).get(0).target())
        .isEqualTo(target);
    assertThat(sim.swarm.tasks().get(before.id().toString()).state()).isEqualTo(TaskState.SHUTDOWN);
    assertThat(sim.runtimes.get(sim.host(before)).isRunning(before.id())).isFalse();
  }

  private static ServiceSpec granting(SecretReference... references) {
    ServiceSpec spec = ServiceSpec.of("web", "nginx");
    return spec.withTask(
        spec.task().withContainer(spec.task().container().withSecrets(List.of(references))));
  }
}
