package io.swarm4j.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.swarm4j.testing.DockerHosts;
import io.swarm4j.testing.Feature;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Machines with Docker Engines for a lab, as the script makes them for its user. */
@Tag("docker")
class TestBedTest {

  private static String testbed(String... words) {
    List<String> command = new ArrayList<>(List.of(ExamplesHome.file("testbed").toString()));
    command.addAll(List.of(words));
    return DockerHosts.run(command);
  }

  private static String name(String socket) {
    return DockerHosts.run(
        List.of("docker", "-H", "unix://" + socket, "info", "--format", "{{.Name}}"));
  }

  @Test
  @Timeout(180)
  @Feature("B06")
  void machinesAreMadeListedHaltedAndRemoved() {
    DockerHosts.require();
    String owner = Long.toString(ProcessHandle.current().pid());
    List<String> lines =
        testbed("up", "--hosts", "2", "--owner", owner, "--no-images").lines().toList();
    String bed = lines.get(0).split("\t")[1];
    try {
      assertThat(testbed("list").lines()).contains(bed);
      assertThat(testbed("show", bed).lines()).containsExactlyElementsOf(lines);
      String socket = lines.get(2).split("\t")[3];
      assertThat(name(socket)).isEqualTo("h2");

      testbed("engine", bed, "h2", "stop");
      assertThatThrownBy(() -> name(socket)).hasMessageContaining("Cannot connect");
      testbed("engine", bed, "h2", "start");
      assertThat(name(socket)).isEqualTo("h2");
      assertThat(testbed("exec", bed, "h1", "ip", "-o", "addr", "show", "eth0"))
          .contains(lines.get(1).split("\t")[2]);
    } finally {
      testbed("down", bed);
    }
    assertThat(testbed("list").lines()).doesNotContain(bed);
  }
}
