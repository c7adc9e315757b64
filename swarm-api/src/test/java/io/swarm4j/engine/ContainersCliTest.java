package io.swarm4j.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.Swarm;
import io.swarm4j.testing.DockerCli;
import io.swarm4j.testing.Feature;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Tasks show as containers: the docker CLI lists them, reads their output, runs commands in them.
 */
class ContainersCliTest {
  @TempDir private Path folder;
  private Swarm swarm;
  private EngineApi api;

  static List<Path> clis() {
    return DockerCliTest.clis();
  }

  @BeforeEach
  void start() {
    DockerCli.requireInstalled();
    swarm =
        Swarm.builder()
            .managers(1)
            .workers(1)
            .network(false)
            .image(
                "talker",
                task -> {
                  task.out().println("hello from " + task.name());
                  task.err().println("oops");
                  task.awaitStop();
                },
                image ->
                    image
                        .command(
                            "cat",
                            (task, arguments, streams) -> {
                              streams.stdin().transferTo(streams.stdout());
                              return 0;
                            })
                        .command("fail", (task, arguments, streams) -> 7))
            .start();
    api = EngineApi.of(swarm, "m1").unixSocket(folder.resolve("m1.sock")).start();
  }

  @AfterEach
  void stop() {
    if (api != null) {
      api.close();
      swarm.close();
    }
  }

  private DockerCli docker(Path program) {
    DockerCli docker = new DockerCli(program, api.hosts().get(0), folder);
    docker
        .run(
            "service",
            "create",
            "-d",
            "--no-resolve-image",
            "--replicas",
            "2",
            "--name",
            "web",
            "talker")
        .ok();
    assertThat(swarm.services().await("web", Duration.ofSeconds(60)).isConverged()).isTrue();
    return docker;
  }

  @ParameterizedTest
  @MethodSource("clis")
  @Feature({"B04", "D05", "D19", "F02", "F11", "F12", "R01", "R03", "R04"})
  void listAndInspect(Path program) {
    DockerCli docker = docker(program);
    List<String> here = docker.run("ps", "--format", "{{.ID}} {{.Names}} {{.Status}}").lines();
    assertThat(here).hasSize(1);
    assertThat(here.get(0)).contains(" web.").contains(" Up ");
    assertThat(docker.run("container", "ls", "-q", "--filter", "scope=swarm").lines()).hasSize(2);
    String id = docker.run("ps", "-q", "-f", "name=web").ok();
    assertThat(docker.run("inspect", id, "--format", "{{.State.Status}}").ok())
        .isEqualTo("running");
    String task = docker.run("service", "ps", "-q", "--no-trunc", "web").lines().get(0);
    assertThat(
            docker
                .run(
                    "inspect",
                    task,
                    "--format",
                    "{{.Status.State}} {{.Status.Message}} {{.DesiredState}}")
                .ok())
        .isEqualTo("running started running");
    assertThat(docker.run("inspect", task).ok()).contains("\"ContainerID\"").contains("\"PID\"");
    assertThat(docker.run("inspect", "nosuch").err()).contains("No such object: nosuch");
  }

  @ParameterizedTest
  @MethodSource("clis")
  @Feature({"L01", "L02", "L05"})
  void logsOfServicesTasksAndContainers(Path program) {
    DockerCli docker = docker(program);
    DockerCli.Said said = docker.run("service", "logs", "web");
    assertThat(said.out()).containsPattern("web\\.1\\.[0-9a-z]+@[mw]1 +\\| hello from web\\.1");
    assertThat(said.out()).containsPattern("web\\.2\\.[0-9a-z]+@[mw]1 +\\| hello from web\\.2");
    assertThat(said.err()).contains("oops");
    assertThat(docker.run("service", "logs", "--raw", "web").out()).contains("hello from web.1\n");
    String id = docker.run("ps", "-q", "--filter", "node=w1").ok();
    assertThat(docker.run("logs", "-t", id).out())
        .containsPattern("^20\\d\\d-[^ ]*Z hello from web");
    assertThat(docker.run("logs", "--tail", "0", id).out()).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("clis")
  @Feature({"L07"})
  void commandsRunOnWhicheverNodeTheTaskIs(Path program) {
    DockerCli docker = docker(program);
    for (String node : List.of("m1", "w1")) {
      String id = docker.run("ps", "-q", "--filter", "node=" + node).ok();
      String text = "some input\n".repeat(20_000);
      assertThat(docker.runWithInput(text, "exec", "-i", id, "cat").out()).isEqualTo(text);
      assertThat(docker.run("exec", id, "fail").exit()).isEqualTo(7);
      DockerCli.Said none = docker.run("exec", id, "nosuch");
      assertThat(none.exit()).isEqualTo(127);
      assertThat(none.err()).contains("nosuch");
    }
    assertThat(docker.run("exec", "nosuch", "cat").err()).contains("No such container: nosuch");
  }

  @ParameterizedTest
  @MethodSource("clis")
  @Feature({"F03", "I02"})
  void aStoppedContainerIsReplaced(Path program) {
    DockerCli docker = docker(program);
    String id = docker.run("ps", "-q").ok();
    docker.run("stop", id).ok();
    assertThat(
            swarm.await(
                view ->
                    view.tasks().stream().filter(t -> t.state().text().equals("failed")).count()
                        == 1,
                Duration.ofSeconds(60)))
        .isTrue();
    assertThat(docker.run("ps", "-a", "--format", "{{.Status}}").out()).contains("Exited");
    assertThat(docker.run("rm", id).err()).contains("belongs to a task");
    assertThat(new String(docker.run("wait", id).out().getBytes(UTF_8), UTF_8).strip())
        .isEqualTo("137");
  }
}
