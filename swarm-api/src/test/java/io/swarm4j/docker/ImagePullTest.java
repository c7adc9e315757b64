package io.swarm4j.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.swarm4j.Swarm;
import io.swarm4j.agent.Container;
import io.swarm4j.agent.TaskFailure;
import io.swarm4j.docker.EngineProxy.Fate;
import io.swarm4j.engine.EngineApi;
import io.swarm4j.model.ContainerSpec;
import io.swarm4j.model.NotFoundException;
import io.swarm4j.model.PermissionDeniedException;
import io.swarm4j.model.Reason;
import io.swarm4j.model.UnavailableException;
import io.swarm4j.testing.DockerCli;
import io.swarm4j.testing.DockerHosts;
import io.swarm4j.testing.DockerHosts.Host;
import io.swarm4j.testing.Feature;
import io.swarm4j.testing.TestTask;
import io.swarm4j.time.RealTime;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Images come from a registry: by tag, by digest, with a login, or not at all. */
@Tag("docker")
@Timeout(180)
class ImagePullTest {
  private static final int PORT = 5000;

  @RegisterExtension
  static final DockerHosts HOSTS = DockerHosts.own(1, "--insecure-registry", "10.0.0.0/8");

  @TempDir Path dir;

  private Host host;
  private String registry;
  private Process server;

  @BeforeEach
  void startRegistry() throws Exception {
    host = HOSTS.host(0);
    registry = host.address() + ":" + PORT;
    DockerHosts.install("docker-registry", "apache2-utils");
    Path passwords = dir.resolve("passwords");
    Files.writeString(
        passwords, DockerHosts.run(List.of("htpasswd", "-Bbn", "me", "right")) + "\n");
    Path config = dir.resolve("config.yml");
    Files.writeString(
        config,
        """
        version: 0.1
        storage: {filesystem: {rootdirectory: %s}}
        http: {addr: "%s"}
        auth: {htpasswd: {realm: test, path: %s}}
        """
            .formatted(dir.resolve("images"), registry, passwords));
    server =
        new ProcessBuilder(
                "nsenter", "--net=" + host.network(), "docker-registry", "serve", config.toString())
            .redirectErrorStream(true)
            .redirectOutput(dir.resolve("registry.log").toFile())
            .start();
    host.shell("until curl -s -o /dev/null http://" + registry + "/v2/; do sleep 0.1; done");
    DockerHosts.run(
        List.of(
            "docker",
            "--config",
            dir.toString(),
            "-H",
            host.uri(),
            "login",
            "-u",
            "me",
            "-p",
            "right",
            registry));
    push("swarm4j/base", registry + "/team/app:1");
  }

  @AfterEach
  void stopRegistry() throws Exception {
    server.destroy();
    server.waitFor(20, TimeUnit.SECONDS);
  }

  private DockerRuntime open(String password) {
    return open(password, EngineAddress.of(host.uri()));
  }

  private static DockerRuntime open(String password, EngineAddress engine) {
    return DockerRuntime.builder(new RealTime(), "pull-test")
        .engine(engine)
        .credentials(image -> Optional.of(new RegistryCredentials.Login("me", password)))
        .build();
  }

  private EngineRegistry registry(String password) {
    return EngineRegistry.open(
        new RealTime(),
        EngineAddress.of(host.uri()),
        image -> Optional.of(new RegistryCredentials.Login("me", password)));
  }

  private void push(String source, String tag) {
    host.docker("tag", source, tag);
    List<String> push = List.of("docker", "--config", dir.toString(), "-H", host.uri(), "push");
    DockerHosts.run(Stream.concat(push.stream(), Stream.of("-q", tag)).toList());
  }

  private static void prepare(Container container) throws Exception {
    container.prepare().toCompletableFuture().get(60, TimeUnit.SECONDS);
  }

  private static Reason refused(Container container) {
    Throwable thrown = catchThrowable(() -> prepare(container));
    assertThat(thrown).hasCauseInstanceOf(TaskFailure.class);
    Reason reason = ((TaskFailure) thrown.getCause()).reason();
    assertThat(reason).isInstanceOf(Reason.Image.class);
    return reason;
  }

  private static Container create(DockerRuntime runtime, String image) {
    return runtime.create(TestTask.of(ContainerSpec.of(image)).context());
  }

  @Test
  @Feature("U03")
  void imageIsPulledByTagAndByDigestWithTheLoginOfThatMoment() throws Exception {
    String tag = registry + "/team/app:1";
    String digest = host.docker("inspect", "-f", "{{index .RepoDigests 0}}", tag);
    host.docker("rmi", tag);
    try (DockerRuntime runtime = open("right")) {
      Container byTag = create(runtime, tag);
      List<Reason> progress = new CopyOnWriteArrayList<>();
      byTag.onProgress(progress::add);
      prepare(byTag);
      assertThat(progress).first().isEqualTo(new Reason.Image(tag, "pulling"));
      byTag.remove().toCompletableFuture().get(30, TimeUnit.SECONDS);
      host.docker("rmi", tag);

      prepare(create(runtime, digest));
    }
    host.docker("tag", "swarm4j/base", tag);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 150, 300, 500})
  void aPullThatIsCutOffGoesOn(int bytes) throws Exception {
    String tag = registry + "/team/app:1";
    host.docker("rmi", tag);
    AtomicBoolean cut = new AtomicBoolean();
    try (EngineProxy proxy = new EngineProxy(dir.resolve("proxy.sock"), host.socket())) {
      proxy.rule(
          request ->
              request.contains("/images/create") && cut.compareAndSet(false, true)
                  ? new Fate.Answer(bytes)
                  : Fate.PASS);
      try (DockerRuntime runtime = open("right", proxy.address())) {
        prepare(create(runtime, tag));
        assertThat(cut).isTrue();
      }
    }
  }

  @Test
  @Feature({"U01", "E05", "E14"})
  void aSpecIsStoredWithItsDigestAndATagThatMovesShows() throws Exception {
    String tag = registry + "/team/app:1";
    String digest = host.docker("inspect", "-f", "{{index .RepoDigests 0}}", tag).split("@")[1];
    host.docker("rmi", tag);
    try (EngineRegistry images = registry("right");
        DockerRuntime runtime = open("right");
        Swarm swarm =
            Swarm.builder()
                .network(false)
                .imageResolver(images)
                .runtime((node, time, loop) -> runtime)
                .start();
        EngineApi api = EngineApi.of(swarm, "m1").unixSocket(dir.resolve("m1.sock")).start()) {
      DockerCli cli = new DockerCli(DockerCli.installed().get(0), api.hosts().get(0), dir);
      cli.run("service", "create", "-d", "--name", "app", tag, "sleep", "1000").ok();
      assertThat(swarm.services().await("app", Duration.ofSeconds(60)).isConverged()).isTrue();

      assertThat(
              cli.run(
                      "service",
                      "inspect",
                      "app",
                      "-f",
                      "{{.Spec.TaskTemplate.ContainerSpec.Image}}"
                          + " {{(index .Spec.TaskTemplate.Placement.Platforms 0).OS}}")
                  .ok())
          .isEqualTo(tag + "@" + digest + " linux");
      assertThat(cli.run("service", "ls", "--format", "{{.Image}}").ok()).isEqualTo(tag);
      assertThat(host.docker("images", "--format", "{{.Tag}}", registry + "/team/app"))
          .isEqualTo("<none>"); // pulled by digest, as the reference does
      push("swarm4j/customer", tag);

      assertThat(swarm.services().image("app").digest()).isEqualTo(digest);
      assertThat(swarm.services().image("app").hasMoved()).isTrue();
    } finally {
      push("swarm4j/base", tag);
    }
  }

  @Test
  void askingForADigestTellsWhyThereIsNone() throws Exception {
    try (EngineRegistry right = registry("right");
        EngineRegistry wrong = registry("wrong")) {
      assertThat(unresolved(wrong, registry + "/team/app:1"))
          .isInstanceOf(PermissionDeniedException.class)
          .hasMessageContaining("/team/app:1");
      assertThat(unresolved(right, registry + "/team/app:9")).isInstanceOf(NotFoundException.class);
      stopRegistry();
      assertThat(unresolved(right, registry + "/team/app:1"))
          .isInstanceOf(UnavailableException.class)
          .hasMessageContaining("refused");
    }
  }

  private static Throwable unresolved(EngineRegistry images, String image) {
    return catchThrowable(
            () -> images.resolve(image, null).toCompletableFuture().get(60, TimeUnit.SECONDS))
        .getCause();
  }

  @Test
  void wrongLoginUnknownTagAndADeadRegistryAreTold() throws Exception {
    String tag = registry + "/team/app:1";
    host.docker("rmi", tag);
    try (DockerRuntime wrong = open("wrong");
        DockerRuntime right =
            DockerRuntime.builder(new RealTime(), "pull-test-2")
                .engine(EngineAddress.of(host.uri()))
                .credentials(image -> Optional.of(new RegistryCredentials.Login("me", "right")))
                .build()) {
      assertThat(refused(create(wrong, tag)).toString())
          .containsAnyOf("unauthorized", "basic auth");
      assertThat(refused(create(right, registry + "/team/app:9")).toString()).contains("not found");
      stopRegistry();
      assertThat(refused(create(right, tag)).toString()).contains("refused");
    }
  }
}
