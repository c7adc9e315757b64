package io.swarm4j.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.Swarm;
import io.swarm4j.docker.DockerRuntime;
import io.swarm4j.docker.EngineAddress;
import io.swarm4j.testing.DockerCli;
import io.swarm4j.testing.DockerCli.Said;
import io.swarm4j.testing.DockerHosts;
import io.swarm4j.testing.Feature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * Where a node has a Docker Engine, one socket serves both: the swarm, and all that the engine
 * knows beside it. The node {@code w1} has none.
 */
@Tag("docker")
@Timeout(300)
class OneSocketTest {
  @RegisterExtension static final DockerHosts HOSTS = DockerHosts.shared(1);

  @TempDir static Path folder;
  private static Swarm swarm;
  private static EngineApi api;
  private static EngineApi broken;

  @BeforeAll
  static void start() {
    EngineAddress engine = EngineAddress.of(HOSTS.host(0).uri());
    swarm =
        Swarm.builder()
            .name("one-socket")
            .managers(1)
            .workers(1)
            .network(false)
            .image(
                "app",
                task -> task.awaitStop(),
                image ->
                    image.command(
                        "cat",
                        (task, arguments, streams) -> {
                          streams.stdin().transferTo(streams.stdout());
                          return 0;
                        }))
            .runtime(
                "m1",
                (node, time, loop) ->
                    DockerRuntime.builder(time, "one-socket/m1").engine(engine).build())
            .start();
    api = EngineApi.of(swarm, "m1").engine(engine).unixSocket(folder.resolve("m1.sock")).start();
    broken =
        EngineApi.of(swarm, "m1")
            .engine(EngineAddress.of("unix://" + folder.resolve("none.sock")))
            .unixSocket(folder.resolve("broken.sock"))
            .start();
  }

  @AfterAll
  static void stop() {
    if (api != null) {
      broken.close();
      api.close();
      swarm.close();
    }
  }

  private static DockerCli cli(Path program) {
    return new DockerCli(program, api.hosts().get(0), folder);
  }

  private static Said docker(String... arguments) {
    return cli(DockerCli.installed().get(0)).run(arguments);
  }

  private static void service(String name, String node, String image, String... command) {
    docker("service", "rm", name);
    String[] head = {
      "service", "create", "-d", "--no-resolve-image", "--restart-condition", "none", "--name", name
    };
    String[] tail = {"--constraint", "node.hostname==" + node, image};
    docker(
            java.util.stream.Stream.of(head, tail, command)
                .flatMap(java.util.stream.Stream::of)
                .toArray(String[]::new))
        .ok();
    assertThat(swarm.services().await(name, Duration.ofSeconds(90)).isConverged()).isTrue();
  }

  @Test
  @Feature({"A12", "B01", "B03"})
  void eachCliRunsPlainContainersBesideTheSwarm() {
    for (Path program : DockerCli.installed()) {
      DockerCli docker = cli(program);
      assertThat(docker.run("version").ok()).contains("Swarm4J").contains("containerd");
      assertThat(docker.run("info").ok())
          .contains("Swarm: active", "Name: m1", "Storage Driver: overlay2", "Is Manager: true");
      assertThat(docker.run("run", "--rm", "swarm4j/base", "echo", "from a container").ok())
          .isEqualTo("from a container");
      String text = "line of input\n".repeat(50_000);
      assertThat(docker.runWithInput(text, "run", "--rm", "-i", "swarm4j/base", "cat").out())
          .isEqualTo(text);
      assertThat(docker.run("run", "--rm", "swarm4j/base", "sh", "-c", "exit 7").exit())
          .isEqualTo(7);
      assertThat(docker.run("image", "ls", "--format", "{{.Repository}}").lines())
          .contains("swarm4j/base");
      assertThat(docker.run("node", "ls", "--format", "{{.Hostname}}").lines())
          .containsExactlyInAnyOrder("m1", "w1");
    }
  }

  @Test
  @Feature({"B02", "F02", "F11", "L05", "L07"})
  void theContainersOfTasksAreTheEnginesOwn() {
    assertThat(docker("version", "--format", "{{.Server.Experimental}}").ok()).isEqualTo("false");
    service("talk", "m1", "swarm4j/base", "sh", "-c", "echo hello; sleep 1000");
    String id = docker("ps", "-q", "--no-trunc", "--filter", "name=talk.1").ok();
    assertThat(id).hasSize(64);
    assertThat(HOSTS.host(0).docker("ps", "-q", "--no-trunc")).contains(id);
    assertThat(docker("logs", id).out()).isEqualTo("hello\n");
    assertThat(docker("inspect", id, "--format", "{{.State.Status}} {{.GraphDriver.Name}}").ok())
        .isEqualTo("running overlay2");
    assertThat(docker("top", id).ok()).contains("sleep 1000");
    assertThat(docker("stats", "--no-stream", "--format", "{{.Container}} {{.PIDs}}", id).ok())
        .startsWith(id.substring(0, 12));
    assertThat(docker("exec", id, "echo", "inside").ok()).isEqualTo("inside");
    assertThat(docker("exec", id, "sh", "-c", "exit 5").exit()).isEqualTo(5);
    assertThat(docker("service", "logs", "--raw", "talk").out()).isEqualTo("hello\n");
    docker("service", "rm", "talk").ok();
  }

  @Test
  void containersOfOtherNodesAreServedAsWell() {
    service("far", "w1", "app");
    String id = docker("ps", "-q", "--filter", "node=w1").ok();
    assertThat(docker("ps", "--format", "{{.Names}}").out()).doesNotContain("far.1");
    assertThat(docker("ps", "--filter", "scope=swarm", "--format", "{{.Names}}").out())
        .contains("far.1");
    DockerCli cli = cli(DockerCli.installed().get(0));
    assertThat(cli.runWithInput("across nodes", "exec", "-i", id, "cat").out())
        .isEqualTo("across nodes");
    docker("service", "rm", "far").ok();
  }

  @Test
  void networksOfBothAreListedAndMade() {
    docker("network", "create", "-d", "overlay", "across").ok();
    docker("network", "create", "plain").ok();
    assertThat(docker("network", "ls", "--format", "{{.Name}} {{.Driver}} {{.Scope}}").lines())
        .contains("across overlay swarm", "plain bridge local", "host host local");
    assertThat(docker("network", "inspect", "plain", "--format", "{{.Driver}}").ok())
        .isEqualTo("bridge");
    assertThat(docker("network", "inspect", "across", "--format", "{{.Scope}}").ok())
        .isEqualTo("swarm");
    docker("network", "rm", "plain", "across").ok();
    assertThat(docker("network", "ls").out()).doesNotContain("plain").doesNotContain("across");
  }

  @Test
  void imagesAreBuiltAndLargeFilesCopied() throws IOException {
    Path context = Files.createDirectories(folder.resolve("context"));
    Files.writeString(
        context.resolve("Dockerfile"), "FROM swarm4j/base\nCOPY large /large\nCMD [\"true\"]\n");
    Files.write(context.resolve("large"), new byte[9 << 20]); // beyond what a request here may hold
    DockerCli cli = cli(DockerCli.installed().get(DockerCli.installed().size() - 1));
    assertThat(cli.run("build", "-q", "-t", "built:1", context.toString()).ok())
        .startsWith("sha256:");
    assertThat(docker("run", "--rm", "built:1", "wc", "-c", "/large").ok()).startsWith("9437184");
    docker("image", "rm", "built:1").ok();
  }

  @Test
  @Feature({"L08"})
  void eventsOfBothComeAsOneStream() {
    String since = Long.toString(swarm.time().now().getEpochSecond() - 1);
    docker("run", "--rm", "--label", "event=test", "swarm4j/base", "true").ok();
    docker("network", "create", "-d", "overlay", "noticed").ok();
    docker("network", "rm", "noticed").ok();
    String until = Long.toString(swarm.time().now().getEpochSecond() + 2);
    List<String> events =
        docker(
                "events",
                "--since",
                since,
                "--until",
                until,
                "--format",
                "{{.Type}} {{.Action}} {{.Actor.Attributes.name}}")
            .lines();
    assertThat(events).anyMatch(line -> line.startsWith("container die "));
    assertThat(events).contains("network create noticed", "network remove noticed");
  }

  @Test
  void aTerminalWorksThroughTheSocket() throws Exception {
    service("shell", "m1", "swarm4j/base", "sleep", "1000");
    String id = docker("ps", "-q", "--filter", "name=shell.1").ok();
    String program = DockerCli.installed().get(0).toString();
    Process terminal =
        new ProcessBuilder(
                "script",
                "-qec",
                program + " -H " + api.hosts().get(0) + " exec -it " + id + " sh",
                "/dev/null")
            .redirectErrorStream(true)
            .start();
    terminal.getOutputStream().write("tty; echo $((6 * 7))\nexit 3\n".getBytes(UTF_8));
    terminal.getOutputStream().flush();
    String screen = new String(terminal.getInputStream().readAllBytes(), UTF_8);
    assertThat(terminal.waitFor()).isEqualTo(3);
    assertThat(screen).contains("/dev/pts/").contains("42");
    docker("service", "rm", "shell").ok();
  }

  @Test
  void anEngineThatIsGoneLeavesTheSwarmInReach() {
    DockerCli cli = cli(DockerCli.installed().get(0)).at(broken.hosts().get(0));
    assertThat(cli.run("node", "ls", "--format", "{{.Hostname}}").lines()).contains("m1", "w1");
    assertThat(cli.run("info").out()).contains("Swarm: active");
    assertThat(cli.run("info").err() + cli.run("info").out()).contains("no engine answers at");
    Said containers = cli.run("ps");
    assertThat(containers.exit()).isNotZero();
    assertThat(containers.err()).contains("no engine answers at").contains("none.sock");
  }
}
