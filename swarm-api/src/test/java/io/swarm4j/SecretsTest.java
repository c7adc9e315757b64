package io.swarm4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.swarm4j.agent.jvm.JvmTask;
import io.swarm4j.event.SwarmEvent;
import io.swarm4j.model.ChangePolicy;
import io.swarm4j.model.ConfigReference;
import io.swarm4j.model.ConfigSpec;
import io.swarm4j.model.ConflictException;
import io.swarm4j.model.ContainerSpec;
import io.swarm4j.model.FileTarget;
import io.swarm4j.model.InvalidSpecException;
import io.swarm4j.model.NotFoundException;
import io.swarm4j.model.Payload;
import io.swarm4j.model.Secret;
import io.swarm4j.model.SecretReference;
import io.swarm4j.model.SecretSpec;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskId;
import io.swarm4j.model.UpdatePolicy;
import io.swarm4j.stream.LogQuery;
import io.swarm4j.testing.Feature;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** Secrets and configs as their users see them, on the in-JVM runtime. */
@Timeout(120)
class SecretsTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final Swarm swarm =
      Swarm.builder()
          .name("secrets")
          .workers(1)
          .network(false)
          .image(
              "app",
              JvmTask::awaitStop,
              image ->
                  image
                      .command(
                          "cat",
                          (task, args, io) -> {
                            io.stdout().write(task.secret(args.get(0)));
                            return 0;
                          })
                      .command(
                          "conf",
                          (task, args, io) -> {
                            io.stdout().write(task.config(args.get(0)));
                            return 0;
                          })
                      .command(
                          "env",
                          (task, args, io) -> {
                            io.stdout()
                                .write(
                                    task.env(args.get(0))
                                        .orElse("")
                                        .getBytes(StandardCharsets.UTF_8));
                            return 0;
                          }))
          .image(
              "listener",
              task -> {
                task.onSignal("HUP", () -> task.out().println("hup " + text(task)));
                task.onFileChange(() -> task.out().println("file " + text(task)));
                task.out().println("listens");
                task.awaitStop();
              },
              image ->
                  image.command(
                      "cat",
                      (task, args, io) -> {
                        io.stdout().write(task.secret(args.get(0)));
                        return 0;
                      }))
          .start();

  private static final UpdatePolicy SOON_OVER =
      UpdatePolicy.DEFAULT.withMonitor(Duration.ofMillis(1));

  private static String text(JvmTask task) {
    return new String(task.secret("pass"), StandardCharsets.UTF_8);
  }

  @AfterEach
  void close() {
    swarm.close();
  }

  private static ServiceSpec service(String name, String image, UnaryOperator<ContainerSpec> more) {
    ServiceSpec spec = ServiceSpec.of(name, image).withUpdate(SOON_OVER);
    return spec.withTask(spec.task().withContainer(more.apply(spec.task().container())));
  }

  private static ServiceSpec using(String name, SecretReference... references) {
    return service(name, "app", container -> container.withSecrets(Arrays.asList(references)));
  }

  private static SecretReference granted(String secret, String target, ChangePolicy onChange) {
    return new SecretReference(secret, FileTarget.of(target), onChange);
  }

  private void deploy(ServiceSpec spec) {
    swarm.services().create(spec);
    converged(spec.name());
  }

  private void converged(String service) {
    assertThat(swarm.services().await(service, LIMIT).isConverged()).isTrue();
  }

  private Task running(String service) {
    return swarm.services().tasks(service).stream()
        .filter(Task::isDesiredAlive)
        .findFirst()
        .orElseThrow();
  }

  private String inside(String service, String... command) {
    return swarm.tasks().exec(running(service).id().toString(), List.of(command), LIMIT).output();
  }

  @Test
  @Feature({"O01", "O19"})
  void variablesShowInTheSpecAndSecretFilesDoNot() {
    swarm.secrets().create(SecretSpec.of("root_pass", "hidden-in-file"));
    deploy(
        service(
            "mysql",
            "app",
            container ->
                container
                    .withEnv(
                        Map.of(
                            "MYSQL_ROOT_PASSWORD", "root",
                            "MYSQL_ROOT_PASSWORD_FILE", "/run/secrets/root_pass"))
                    .withSecrets(List.of(SecretReference.of("root_pass")))));

    String inspected = swarm.services().get("mysql").toString();

    assertThat(inspected).contains("MYSQL_ROOT_PASSWORD=root").doesNotContain("hidden-in-file");
    assertThat(inside("mysql", "cat", inside("mysql", "env", "MYSQL_ROOT_PASSWORD_FILE")))
        .isEqualTo("hidden-in-file");
  }

  @Test
  @Feature({"O02", "O03", "O04", "O17"})
  void secretsAreListedWithoutTheirContent(@TempDir Path folder) throws Exception {
    assertThat(swarm.secrets().list()).isEmpty();
    Path file = Files.writeString(folder.resolve("key"), "from a file");
    Secret pass = swarm.secrets().create(SecretSpec.of("mysql_root_pass", "supersecretpassword"));
    swarm
        .secrets()
        .create(new SecretSpec("key", Map.of(), new Payload(Files.readAllBytes(file)), false));

    assertThat(pass.id().toString()).hasSize(25);
    assertThat(swarm.secrets().list())
        .extracting(secret -> secret.spec().name())
        .containsExactly("key", "mysql_root_pass");
    Secret shown = swarm.secrets().get("mysql_root_pass");
    assertThat(shown.meta().createdAt()).isEqualTo(shown.meta().updatedAt());
    assertThat(shown.spec().data().size()).isEqualTo("supersecretpassword".length());
    assertThat(shown.spec().data().bytes()).containsOnly((byte) 0);
    assertThat(pass.spec().data().bytes()).containsOnly((byte) 0);
    assertThatThrownBy(() -> swarm.secrets().create(SecretSpec.of("KEY", "x")))
        .isInstanceOf(ConflictException.class)
        .hasMessage("secret KEY already exists");
  }

  @Test
  @Feature({"O07", "O09", "O10"})
  void aGrantMakesAFileThatOnlyTheTasksOfTheServiceSee() {
    swarm.secrets().create(SecretSpec.of("pass", "hidden"));
    deploy(using("with", SecretReference.of("pass")));
    deploy(using("without"));

    assertThat(inside("with", "cat", "/run/secrets/pass")).isEqualTo("hidden");
    assertThat(
            swarm
                .tasks()
                .exec(
                    running("without").id().toString(), List.of("cat", "/run/secrets/pass"), LIMIT)
                .exitCode())
        .isNotZero();
  }

  @Test
  @Feature({"O06", "O07", "O11"})
  void addingAndTakingAwayAGrantReplacesTheTask() {
    swarm.secrets().create(SecretSpec.of("pass", "hidden"));
    deploy(using("web"));
    TaskId bare = running("web").id();

    swarm.services().update("web", spec -> secrets(spec, granted("pass", "p", ChangePolicy.NONE)));
    converged("web");
    TaskId with = running("web").id();
    assertThat(with).isNotEqualTo(bare);
    assertThat(inside("web", "cat", "p")).isEqualTo("hidden");

    swarm.services().update("web", spec -> secrets(spec));
    converged("web");
    assertThat(running("web").id()).isNotEqualTo(with);
  }

  private static ServiceSpec secrets(ServiceSpec spec, SecretReference... references) {
    return spec.withTask(
        spec.task().withContainer(spec.task().container().withSecrets(Arrays.asList(references))));
  }

  @Test
  @Feature("O08")
  void whatIsAbsentIsNamedAllAtOnceAndNothingIsStored() {
    ServiceSpec spec =
        service(
            "web",
            "app",
            container ->
                container
                    .withSecrets(List.of(SecretReference.of("one"), SecretReference.of("two")))
                    .withConfigs(List.of(ConfigReference.of("three")))
                    .withEnv(
                        Map.of(
                            "A", "{{.Servcie.Name}}",
                            "B", "{{.Service.Labels.team}}",
                            "C", "{{secret \"four\"}}")));

    assertThatThrownBy(() -> swarm.services().create(spec))
        .isInstanceOfSatisfying(
            InvalidSpecException.class,
            refused -> {
              assertThat(refused.faults())
                  .extracting(fault -> fault.path().replaceFirst("ServiceSpec\\.", ""))
                  .containsExactly(
                      "task.container.secrets",
                      "task.container.secrets",
                      "task.container.configs",
                      "task.container.env.A",
                      "task.container.env.B",
                      "task.container.env.C");
              assertThat(refused.getMessage())
                  .contains("secret not found: one", "{{.Servcie.Name}}", ".Service.{ID,Name");
            });
    assertThat(swarm.services().list()).isEmpty();
    assertThatThrownBy(() -> FileTarget.of("../../etc/passwd"))
        .isInstanceOf(InvalidSpecException.class)
        .hasMessageContaining("does not leave its folder");
    assertThatThrownBy(
            () -> using("web", SecretReference.of("pass"), granted("b", "/run/secrets/pass", null)))
        .isInstanceOf(InvalidSpecException.class)
        .hasMessageContaining("each value once");
    assertThatThrownBy(
            () ->
                swarm
                    .secrets()
                    .create(new SecretSpec("t", Map.of(), Payload.of("{{.Nope}}"), true)))
        .isInstanceOf(InvalidSpecException.class)
        .hasMessageContaining("SecretSpec.data");
  }

  @Test
  @Feature({"O12", "O13"})
  void whatIsInUseStaysAndTheErrorNamesTheUsers() {
    swarm.secrets().create(SecretSpec.of("pass", "hidden"));
    deploy(using("web", SecretReference.of("pass")));
    deploy(using("api", SecretReference.of("pass")));

    assertThatThrownBy(() -> swarm.secrets().remove("pass"))
        .isInstanceOf(ConflictException.class)
        .hasMessage("secret 'pass' is in use by the following services: api, web");
    assertThat(swarm.secrets().users("pass")).containsExactly("api", "web");

    swarm.services().remove("web");
    swarm.services().remove("api");
    swarm.secrets().remove("pass");
    assertThat(swarm.secrets().list()).isEmpty();
    assertThatThrownBy(() -> swarm.secrets().remove("pass")).isInstanceOf(NotFoundException.class);
    assertThatThrownBy(() -> swarm.services().create(using("web2", SecretReference.of("pass"))))
        .hasMessageContaining("secret not found: pass");
  }

  @Test
  @Feature("O14")
  void versionsByNameAndAnAliasSwitchTheSourceAndKeepTheFile() {
    swarm.secrets().create(SecretSpec.of("root_pass_v1", "pass_v1"));
    swarm.secrets().create(SecretSpec.of("root_pass_v2", "pass_v2"));
    deploy(using("mysql", granted("root_pass_v1", "root_pass", ChangePolicy.NONE)));
    TaskId first = running("mysql").id();
    assertThat(inside("mysql", "cat", "/run/secrets/root_pass")).isEqualTo("pass_v1");

    swarm
        .services()
        .update(
            "mysql",
            spec -> secrets(spec, granted("root_pass_v2", "root_pass", ChangePolicy.NONE)));
    converged("mysql");

    assertThat(running("mysql").id()).isNotEqualTo(first);
    assertThat(inside("mysql", "cat", "/run/secrets/root_pass")).isEqualTo("pass_v2");
  }

  @Test
  @Feature("O14")
  void newVersionsReachTasksAsTheirReferencesSay() {
    swarm.secrets().create(SecretSpec.of("pass", "one"));
    deploy(using("kept", granted("pass", "pass", ChangePolicy.NONE)));
    deploy(using("pinned", granted("pass@1", "pass", ChangePolicy.RESTART)));
    deploy(using("hot", granted("pass", "pass", ChangePolicy.HOT)));
    deploy(using("restarted", granted("pass", "pass", ChangePolicy.RESTART)));
    TaskId hot = running("hot").id();
    TaskId restarted = running("restarted").id();

    assertThat(swarm.secrets().addVersion(SecretSpec.of("pass", "two")).version()).isEqualTo(2);

    converged("restarted");
    assertThat(swarm.await(view -> holds(view.task(hot), 2), LIMIT)).isTrue();
    assertThat(inside("kept", "cat", "pass")).isEqualTo("one");
    assertThat(inside("pinned", "cat", "pass")).isEqualTo("one");
    assertThat(inside("hot", "cat", "pass")).isEqualTo("two");
    assertThat(running("hot").id()).isEqualTo(hot);
    assertThat(inside("restarted", "cat", "pass")).isEqualTo("two");
    assertThat(running("restarted").id()).isNotEqualTo(restarted);
  }

  private static boolean holds(Task task, int version) {
    return task != null
        && task.status().container() != null
        && task.status().container().payloads().stream()
            .anyMatch(payload -> payload.version() == version);
  }

  @Test
  void aSignalledTaskIsToldAfterItsFileHasChanged() throws Exception {
    swarm.secrets().create(SecretSpec.of("pass", "one"));
    deploy(
        service(
            "web",
            "listener",
            container ->
                container.withSecrets(List.of(granted("pass", "pass", ChangePolicy.SIGNAL)))));

    try (Logs logs = swarm.services().logs("web", LogQuery.FOLLOW)) {
      assertThat(logs.next().text()).isEqualTo("listens");
      swarm.secrets().addVersion(SecretSpec.of("pass", "two"));
      assertThat(List.of(logs.next().text(), logs.next().text()))
          .containsExactlyInAnyOrder("file two", "hup two");
    }
  }

  @Test
  void rotationBringsTheNewVersionToEverybodyAndTellsWhoConfirmed() {
    swarm.secrets().create(SecretSpec.of("pass", "one"));
    deploy(using("kept", granted("pass", "pass", ChangePolicy.NONE)).withReplicas(2));
    deploy(using("pinned", granted("pass@1", "pass", ChangePolicy.NONE)));
    deploy(using("hot", granted("pass", "pass", ChangePolicy.HOT)));
    deploy(using("bystander"));

    Rotation rotation = swarm.secrets().rotate(SecretSpec.of("pass", "two"), LIMIT);

    assertThat(rotation.isComplete()).isTrue();
    assertThat(rotation.version()).isEqualTo(2);
    assertThat(rotation.uses())
        .extracting(Rotation.Use::taskName)
        .containsExactlyInAnyOrder("kept.1", "kept.2", "pinned.1", "hot.1");
    assertThat(rotation.uses())
        .filteredOn(use -> use.taskName().equals("hot.1"))
        .extracting(Rotation.Use::means)
        .containsExactly(Rotation.Means.REPLACED);
    for (String service : List.of("kept", "pinned", "hot")) {
      assertThat(inside(service, "cat", "pass")).isEqualTo("two");
    }
    swarm.secrets().remove("pass@1");
    assertThatThrownBy(() -> swarm.secrets().remove("pass@2"))
        .hasMessageContaining("hot, kept, pinned");
  }

  @Test
  void rotationNamesWhoHasNotConfirmed() {
    swarm.secrets().create(SecretSpec.of("pass", "one"));
    deploy(using("hot", granted("pass", "pass", ChangePolicy.HOT)).withReplicas(2));
    swarm.nodes().halt("w1");

    Rotation rotation =
        swarm.secrets().rotate(SecretSpec.of("pass", "two"), Duration.ofMillis(500));

    assertThat(rotation.unconfirmed()).isNotEmpty();
    assertThat(rotation.unconfirmed()).extracting(Rotation.Use::hostname).contains("w1");
  }

  @Test
  void templatesAreFilledInForEachTask() {
    swarm.secrets().create(SecretSpec.of("pass", "hidden"));
    swarm
        .configs()
        .create(
            new ConfigSpec(
                "site",
                Map.of(),
                Payload.of(
                    "{{.Service.Name}} slot {{.Task.Slot}} pw={{ secret \"pass\" }} "
                        + "mode={{env \"MODE\"}} {{index .Service.Labels \"team\"}} {{\"{{\"}}"),
                true));
    deploy(
        service(
                "web",
                "app",
                container ->
                    container
                        .withEnv(
                            Map.of(
                                "MODE", "fast",
                                "WHO", "{{.Task.Name}}@{{.Node.Hostname}}",
                                "PW", "{{- secret \"pass\" -}}"))
                        .withSecrets(List.of(SecretReference.of("pass")))
                        .withConfigs(List.of(ConfigReference.of("site"))))
            .withLabels(Map.of("team", "red")));
    Task task = running("web");

    assertThat(inside("web", "conf", "site")).isEqualTo("web slot 1 pw=hidden mode=fast red {{");
    assertThat(inside("web", "env", "WHO"))
        .isEqualTo("web.1." + task.id() + "@" + swarm.view().node(task.nodeId()).hostname());
    assertThat(inside("web", "env", "PW")).isEqualTo("hidden");
    assertThat(swarm.services().get("web").toString()).doesNotContain("hidden");
  }

  @Test
  @Feature("O15")
  void sizesAreLimitedAndContentMayBeBinary() {
    byte[] most = new byte[511_999];
    Arrays.fill(most, (byte) 0xff);
    swarm.secrets().create(new SecretSpec("big", Map.of(), new Payload(most), false));
    deploy(using("web", SecretReference.of("big")));

    assertThat(swarm.secrets().get("big").spec().data().size()).isEqualTo(511_999);
    assertThatThrownBy(() -> new SecretSpec("a", Map.of(), new Payload(new byte[512_000]), false))
        .hasMessageContaining("larger than 0 and less than 512000 bytes");
    assertThatThrownBy(() -> SecretSpec.of("a", "")).isInstanceOf(InvalidSpecException.class);
    assertThatThrownBy(() -> new ConfigSpec("a", Map.of(), new Payload(new byte[1_024_000]), false))
        .hasMessageContaining("less than 1024000 bytes");
  }

  @Test
  void onlyLabelsChange() {
    Secret made = swarm.secrets().create(SecretSpec.of("pass", "hidden"));

    Secret changed =
        swarm.secrets().updateLabels("pass", made.meta().version(), Map.of("team", "red"));

    assertThat(changed.spec().labels()).containsEntry("team", "red");
    assertThat(changed.version()).isEqualTo(1);
    deploy(using("web", SecretReference.of("pass")));
    assertThat(inside("web", "cat", "pass")).isEqualTo("hidden");
  }

  @Test
  void clearTextIsInNoLogEventTraceOrException() {
    String clear = "clear-text-7f3a91";
    ListAppender<ILoggingEvent> logged = new ListAppender<>();
    logged.list = Collections.synchronizedList(logged.list);
    Logger root = (Logger) LoggerFactory.getLogger("io.swarm4j");
    Level level = root.getLevel();
    root.setLevel(Level.TRACE);
    root.addAppender(logged);
    logged.start();
    StringBuffer seen = new StringBuffer();
    try (AutoCloseable watch = swarm.watch((SwarmEvent event) -> seen.append(event).append('\n'))) {
      seen.append(swarm.secrets().create(SecretSpec.of("pass", clear)));
      deploy(using("web", granted("pass", "pass", ChangePolicy.HOT)));
      seen.append(swarm.secrets().rotate(SecretSpec.of("pass", clear + "2"), LIMIT));
      for (Runnable failing :
          List.<Runnable>of(
              () -> swarm.secrets().create(SecretSpec.of("pass", clear)),
              () -> swarm.secrets().remove("pass"),
              () -> swarm.secrets().addVersion(SecretSpec.of("none", clear)),
              () ->
                  swarm
                      .secrets()
                      .create(new SecretSpec("t", Map.of(), Payload.of("{{" + clear), true)))) {
        assertThatThrownBy(failing::run)
            .satisfies(
                thrown -> {
                  StringWriter trace = new StringWriter();
                  thrown.printStackTrace(new PrintWriter(trace));
                  seen.append(trace);
                });
      }
      seen.append(swarm.secrets().list());
      swarm.view().secrets().forEach(seen::append);
      swarm.view().tasks().forEach(seen::append);
      swarm.view().services().forEach(seen::append);
      swarm.services().remove("web");
      assertThat(swarm.await(view -> view.taskCount() == 0, LIMIT)).isTrue();
    } catch (Exception impossible) {
      throw new AssertionError(impossible);
    } finally {
      root.detachAppender(logged);
      root.setLevel(level);
    }

    assertThat(seen.toString()).isNotEmpty().doesNotContain(clear);
    for (ILoggingEvent event : List.copyOf(logged.list)) {
      assertThat(event.getFormattedMessage()).doesNotContain(clear);
      assertThat(String.valueOf(event.getThrowableProxy())).doesNotContain(clear);
    }
  }
}
