package io.swarm4j.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.Swarm;
import io.swarm4j.testing.DockerCli;
import io.swarm4j.testing.Feature;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
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
                  task.onSignal("HUP", () -> task.out().println("heard HUP"));
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
    docker.run("kill", id).ok();
    awaitOne("failed");
    assertThat(docker.run("ps", "-a", "--format", "{{.Status}}").out()).contains("Exited");
    assertThat(docker.run("kill", id).err()).contains("is not running");
    docker.run("stop", id).ok(); // as is one that has ended already
    assertThat(docker.run("rm", id).err()).contains("belongs to a task");
    assertThat(new String(docker.run("wait", id).out().getBytes(UTF_8), UTF_8).strip())
        .isEqualTo("137");
  }

  private void awaitOne(String state) {
    assertThat(
            swarm.await(
                view ->
                    view.tasks().stream().filter(t -> t.state().text().equals(state)).count() == 1,
                Duration.ofSeconds(60)))
        .as(state)
        .isTrue();
  }

  @ParameterizedTest
  @MethodSource("clis")
  @Feature({"F03"})
  void oneThatIsAskedToStopEndsInGoodOrder(Path program) {
    DockerCli docker = docker(program);
    docker.run("stop", "-t", "60", docker.run("ps", "-q").ok()).ok();
    awaitOne("complete");
  }

  @ParameterizedTest
  @MethodSource("clis")
  @Feature({"F03"})
  void signalsReachTheTaskOnItsNode(Path program) throws IOException {
    DockerCli docker = docker(program);
    String id = docker.run("ps", "-q", "--filter", "node=w1").ok();
    docker.run("kill", "-s", "HUP", id).ok();
    assertThat(said(docker.start("logs", "-f", id), "heard HUP")).isTrue();
    assertThat(docker.run("kill", "-s", "NOSUCH", id).err()).contains("Invalid signal");
    docker.run("kill", "--signal", "15", id).ok();
    awaitOne("complete");
  }

  @ParameterizedTest
  @MethodSource("clis")
  @Feature({"L07"})
  void attachedToATaskUntilItEnds(Path program) throws Exception {
    DockerCli docker = docker(program);
    String id = docker.run("ps", "-q", "--filter", "node=w1").ok();
    Process attached = docker.start("attach", "--no-stdin", "--sig-proxy=false", id);
    try {
      while (attached.isAlive() && attached.getInputStream().available() == 0) {
        docker.run("kill", "-s", "HUP", id).ok(); // until it is attached and hears of it
      }
      assertThat(said(attached, "heard HUP")).isTrue();
      docker.run("kill", id).ok();
      assertThat(attached.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(attached.exitValue()).isEqualTo(137);
    } finally {
      attached.destroyForcibly();
    }
  }

  /** Reads what a command says until a line is there, or it ends. */
  private static boolean said(Process command, String wanted) throws IOException {
    BufferedReader lines = command.inputReader();
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (line.contains(wanted)) {
        return true;
      }
    }
    return false;
  }
}
