package io.swarm4j.examples.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.Swarm;
import io.swarm4j.docker.DockerRuntime;
import io.swarm4j.docker.EngineAddress;
import io.swarm4j.model.Subnet;
import io.swarm4j.testing.DockerHosts;
import io.swarm4j.testing.DockerHosts.Host;
import io.swarm4j.testing.Feature;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Scenarios that tell machines apart by what lies on each: one engine for each of three nodes. */
@Tag("docker")
class ThreeEnginesScenarioTest extends ScenarioTest {
  @RegisterExtension
  static final DockerHosts HOSTS = DockerHosts.own(3, "--insecure-registry", "10.0.0.0/8");

  private static final List<String> NODES = List.of("m1", "w1", "w2");

  @Override
  Swarm.Builder machines(Swarm.Builder builder) {
    builder.workers(2).addresses(Subnet.parse(HOSTS.addresses()));
    for (String node : NODES) {
      builder.runtime(
          node,
          (options, time, loop) ->
              DockerRuntime.builder(time, "engines")
                  .engine(EngineAddress.of(host(node).uri()))
                  .build());
    }
    return builder;
  }

  private static Host host(String node) {
    return HOSTS.host(NODES.indexOf(node));
  }

  private static String in(String node, String task, String line) {
    String container = host(node).docker("ps", "-q", "--filter", "name=" + task);
    return host(node).docker("exec", container, "sh", "-c", line);
  }

  private static List<String> volumes(String node) {
    return host(node).docker("volume", "ls", "--format", "{{.Name}}").lines().toList();
  }

  @Test
  @Scenario("SC-195")
  @Feature({"P02", "P03", "P04"})
  void aNamedVolumeStaysWithTheNodeAndABindIsThePathOfTheNodeThatRunsTheTask() throws Exception {
    Path bound = Files.createDirectory(folder.resolve("bound"));
    String stack =
        """
        version: "3.7"
        services:
          keeper:
            image: swarm4j/base
            command: ["sleep", "100000"]
            volumes: ["data:/data", "%s:/bound"]
            deploy:
              placement: {constraints: [node.hostname == NODE]}
              update_config: {monitor: 100ms}
        volumes: {data: {}}
        """
            .formatted(bound);
    lab.deploy("vol", stack.replace("NODE", "w1")).ok();
    lab.converged("vol_keeper");
    in("w1", "vol_keeper.1", "echo mine > /data/file; echo mine > /bound/file");
    assertThat(bound.resolve("file")).hasContent("mine");
    assertThat(volumes("w1")).containsExactly("vol_data");
    assertThat(volumes("w2")).isEmpty();

    lab.deploy("vol", stack.replace("NODE", "w2")).ok();
    lab.converged("vol_keeper");

    assertThat(in("w2", "vol_keeper.1", "ls /data")).as("data do not follow").isEmpty();
    assertThat(in("w2", "vol_keeper.1", "cat /bound/file")).isEqualTo("mine");
    assertThat(volumes("w1")).containsExactly("vol_data");
    assertThat(volumes("w2")).containsExactly("vol_data");
  }

  @Test
  @Scenario("SC-080")
  @Feature("U05")
  void imagesOfServicesHaveNoTagAndGoFromEveryNodeByTheSameCommand() throws Exception {
    DockerHosts.install("docker-registry");
    String registry = HOSTS.host(0).address() + ":5000";
    Path config = folder.resolve("registry.yml");
    Files.writeString(
        config,
        """
        version: 0.1
        storage: {filesystem: {rootdirectory: %s}}
        http: {addr: "%s"}
        """
            .formatted(folder.resolve("images"), registry));
    Process server =
        new ProcessBuilder(
                "nsenter",
                "--net=" + HOSTS.host(0).network(),
                "docker-registry",
                "serve",
                config.toString())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("registry.log").toFile())
            .start();
    try {
      HOSTS
          .host(0)
          .shell("until curl -s -o /dev/null http://" + registry + "/v2/; do sleep 0.1; done");
      String repository = registry + "/payroll";
      HOSTS.host(0).docker("tag", "swarm4j/payroll:1", repository + ":1");
      HOSTS.host(0).docker("push", "-q", repository + ":1");
      String image =
          HOSTS.host(0).docker("inspect", "-f", "{{index .RepoDigests 0}}", repository + ":1");
      HOSTS.host(0).docker("rmi", repository + ":1");
      HOSTS.all().forEach(each -> each.docker("rmi", "swarm4j/payroll:1"));

      lab.create("pay", "--mode", "global", image);

      for (Host each : HOSTS.all()) {
        assertThat(each.docker("image", "ls", "--format", "{{.Tag}}", repository))
            .as(each.name())
            .isEqualTo("<none>");
      }
      lab.ok("service", "rm", "pay");
      for (Host each : HOSTS.all()) {
        Lab.poll(() -> each.docker("ps", "-aq"), String::isEmpty);
        each.docker("image", "rm", each.docker("image", "ls", "-q", repository));
        assertThat(each.docker("image", "ls", "-q", repository)).as(each.name()).isEmpty();
      }
    } finally {
      server.destroy();
      server.waitFor(20, TimeUnit.SECONDS);
    }
  }
}
