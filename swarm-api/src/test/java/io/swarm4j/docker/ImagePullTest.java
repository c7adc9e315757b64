package io.swarm4j.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.swarm4j.agent.Container;
import io.swarm4j.agent.TaskFailure;
import io.swarm4j.model.ContainerSpec;
import io.swarm4j.model.Reason;
import io.swarm4j.testing.DockerHosts;
import io.swarm4j.testing.DockerHosts.Host;
import io.swarm4j.testing.Feature;
import io.swarm4j.testing.TestTask;
import io.swarm4j.time.RealTime;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

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
    host.docker("tag", "swarm4j/base", registry + "/team/app:1");
    DockerHosts.run(
        List.of(
            "docker",
            "--config",
            dir.toString(),
            "-H",
            host.uri(),
            "push",
            "-q",
            registry + "/team/app:1"));
  }

  @AfterEach
  void stopRegistry() throws Exception {
    server.destroy();
    server.waitFor(20, TimeUnit.SECONDS);
  }

  private DockerRuntime open(String password) {
    return DockerRuntime.builder(new RealTime(), "pull-test")
        .engine(EngineAddress.of(host.uri()))
        .credentials(image -> Optional.of(new RegistryCredentials.Login("me", password)))
        .build();
  }

  private static void prepare(Container container) throws Exception {
    container.prepare().toCompletableFuture().get(60, TimeUnit.SECONDS);
  }

  private static Reason refused(Container container) {
    Throwable thrown = catchThrowable(() -> prepare(container));
    assertThat(thrown).hasCauseInstanceOf(TaskFailure.class);
    return ((TaskFailure) thrown.getCause()).reason();
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
