package io.swarm4j.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.testing.DockerCli;
import io.swarm4j.testing.Feature;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each docker CLI of this machine drives a swarm as it drives the reference. */
class DockerCliTest {
  @TempDir private Path folder;
  private ApiFixture fixture;

  static List<Path> clis() {
    return DockerCli.installed().isEmpty() ? List.of(Path.of("docker")) : DockerCli.installed();
  }

  @BeforeEach
  void start() {
    DockerCli.requireInstalled();
    fixture = new ApiFixture();
  }

  @AfterEach
  void stop() {
    if (fixture != null) {
      fixture.close();
    }
  }

  private DockerCli docker(Path program) {
    return new DockerCli(program, fixture.api.hosts().get(0), folder);
  }

  @ParameterizedTest
  @MethodSource("clis")
  @Feature({"B01", "B03", "B04", "D01", "D02", "D05"})
  void systemAndNodes(Path program) {
    DockerCli docker = docker(program);
    assertThat(docker.run("version").ok()).contains("Server").contains("1.51");
    assertThat(docker.run("info").ok()).contains("Swarm: active").contains("Name: m1");
    assertThat(
            docker
                .run(
                    "node",
                    "ls",
                    "--format",
                    "{{.Hostname}} {{.Status}} {{.ManagerStatus}} {{.Self}}")
                .lines())
        .containsExactlyInAnyOrder("m1 Ready Leader true", "w1 Ready  false");
    assertThat(docker.run("node", "inspect", "self").ok()).contains("\"Hostname\": \"m1\"");
    String id = docker.run("node", "inspect", "m1", "--format", "{{.ID}}").ok();
    for (String name : List.of("self", "m1", id)) {
      assertThat(docker.run("node", "inspect", name, "--format", "{{.ID}}").ok()).isEqualTo(id);
    }
    assertThat(docker.run("inspect", id.substring(0, 6), "--format", "{{.ID}}").ok()).isEqualTo(id);
  }

  @ParameterizedTest
  @MethodSource("clis")
  @Feature({"E01", "E03", "E06", "E07", "E09", "E10", "E11", "F02"})
  void servicesFromCreationToRemoval(Path program) {
    DockerCli docker = docker(program);
    String converge = "--detach=false";
    String created =
        docker
            .run(
                "service",
                "create",
                converge,
                "--update-monitor",
                "700ms",
                "--replicas",
                "3",
                "--name",
                "web",
                "app")
            .ok();
    assertThat(created).contains("overall progress: 3 out of 3 tasks").contains("converged");
    assertThat(
            docker
                .run("service", "ls", "--format", "{{.Name}} {{.Mode}} {{.Replicas}} {{.Image}}")
                .lines())
        .containsExactly("web replicated 3/3 app:latest");
    assertThat(
            docker.run("service", "ps", "web", "--format", "{{.Name}} {{.DesiredState}}").lines())
        .containsExactly("web.1 Running", "web.2 Running", "web.3 Running");
    assertThat(docker.run("service", "scale", converge, "web=1").ok()).contains("1 out of 1");
    assertThat(docker.run("service", "update", converge, "--env-add", "A=1", "web").ok())
        .contains("converged");
    assertThat(docker.run("service", "inspect", "--pretty", "web").ok()).contains("A=1");
    assertThat(docker.run("service", "rm", "web").ok()).isEqualTo("web");
    DockerCli.Said gone = docker.run("service", "ps", "web");
    assertThat(gone.err()).contains("no such service: web");
    assertThat(gone.exit()).isNotZero();
  }

  @ParameterizedTest
  @MethodSource("clis")
  @Feature({"K01", "K03", "K19", "O02", "O03", "O12"})
  void networksSecretsAndConfigs(Path program) {
    DockerCli docker = docker(program);
    docker.run("network", "create", "-d", "overlay", "--subnet=10.0.9.0/24", "backend").ok();
    assertThat(docker.run("network", "ls", "--format", "{{.Name}} {{.Driver}} {{.Scope}}").lines())
        .contains("backend overlay swarm", "ingress overlay swarm");
    assertThat(docker.run("network", "inspect", "backend").ok()).contains("10.0.9.0/24");
    String id = docker.runWithInput("supersecret", "secret", "create", "root_pass", "-").ok();
    assertThat(id).hasSize(25);
    assertThat(docker.run("secret", "inspect", "root_pass").ok()).doesNotContain("supersecret");
    docker.runWithInput("conf", "config", "create", "conf", "-").ok();
    assertThat(docker.run("config", "inspect", "--pretty", "conf").ok()).contains("conf");
    docker
        .run(
            "service",
            "create",
            "--detach",
            "--name",
            "web",
            "--network",
            "backend",
            "--secret",
            "root_pass",
            "--config",
            "conf",
            "app")
        .ok();
    assertThat(docker.run("secret", "rm", "root_pass").err()).contains("in use");
    docker.run("service", "rm", "web").ok();
    docker.run("secret", "rm", "root_pass").ok();
    docker.run("config", "rm", "conf").ok();
    assertThat(docker.run("secret", "ls", "-q").ok()).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("clis")
  @Feature({"M01", "M02", "M03", "M05", "M06", "M07", "M08"})
  void stacks(Path program) throws Exception {
    DockerCli docker = docker(program);
    Path file = folder.resolve("viz.yml");
    java.nio.file.Files.writeString(
        file,
        """
        version: '3.1'
        services:
          viz:
            image: app
            deploy: {replicas: 2, placement: {constraints: [node.role == manager]}}
        """);
    String[] deploy = {"stack", "deploy", "-c", file.toString(), "viz"};
    assertThat(docker.run(deploy).ok())
        .contains("Creating network viz_default")
        .contains("Creating service viz_viz");
    assertThat(docker.run("stack", "ls", "--format", "{{.Name}} {{.Services}}").lines())
        .containsExactly("viz 1");
    assertThat(docker.run("stack", "services", "viz", "-q").lines()).hasSize(1);
    var before = fixture.swarm.services().get("viz_viz");
    assertThat(docker.run(deploy).ok()).contains("Updating service viz_viz");
    assertThat(fixture.swarm.services().get("viz_viz").specVersion())
        .isEqualTo(before.specVersion());
    assertThat(docker.run("stack", "ps", "viz", "-q").lines()).hasSize(2);
    docker.run("stack", "rm", "viz").ok();
    assertThat(Stream.of(docker.run("stack", "ls", "--format", "{{.Name}}").ok()))
        .containsExactly("");
  }

  @ParameterizedTest
  @MethodSource("clis")
  @Feature({"D07", "D08", "D09", "D11", "D12"})
  void nodesAreLabelledAndDrained(Path program) {
    DockerCli docker = docker(program);
    docker.run("node", "update", "--label-add", "zone=a", "--availability", "drain", "w1").ok();
    assertThat(
            docker
                .run(
                    "node",
                    "inspect",
                    "w1",
                    "--format",
                    "{{.Spec.Availability}} {{.Spec.Labels.zone}}")
                .ok())
        .isEqualTo("drain a");
    docker.run("node", "update", "--availability", "active", "w1").ok();
    DockerCli.Said live = docker.run("node", "rm", "w1");
    assertThat(live.err()).contains("is not down and can't be removed");
    docker.run("node", "rm", "-f", "w1").ok();
    assertThat(docker.run("node", "ls", "-q").lines()).hasSize(1);
  }

  @ParameterizedTest
  @MethodSource("clis")
  @Feature({"B09", "B10"})
  void aWorkerRefusesWhatManagersDoInStrictModeOnly(Path program) {
    try (EngineApi strict = fixture.serve("w1", builder -> builder.strict(true));
        EngineApi helpful = fixture.serve("w1", builder -> builder)) {
      DockerCli docker = docker(program);
      assertThat(docker.at(strict.hosts().get(0)).run("node", "ls").err())
          .contains("This node is not a swarm manager. Worker nodes can't be used");
      assertThat(docker.at(helpful.hosts().get(0)).run("node", "ls", "-q").lines()).hasSize(2);
    }
  }
}
