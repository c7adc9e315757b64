package io.swarm4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.compose.ComposeFile;
import io.swarm4j.compose.ComposeOptions;
import io.swarm4j.compose.Stack;
import io.swarm4j.examples.check.CompanyCheck;
import io.swarm4j.testing.DockerHosts;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import picocli.CommandLine;

/** The check of the quickstart passes on real containers, too. */
@Tag("docker")
class QuickstartOnDockerTest {

  @Test
  @Timeout(300)
  void everyCheckOfTheQuickstartPassesOnContainers() throws IOException {
    DockerHosts.require();
    SwarmOptions options =
        CommandLine.populateCommand(new SwarmOptions(), "--runtime", "docker", "--workers", "2");
    ByteArrayOutputStream output = new ByteArrayOutputStream();

    boolean passed;
    try (TestBed bed = options.bed()) {
      passed =
          CompanyCheck.run(
              options.builder("quickstart", bed),
              options.heartbeat(),
              company(),
              new PrintStream(output, true, StandardCharsets.UTF_8));
    }

    assertThat(output.toString(StandardCharsets.UTF_8).lines())
        .filteredOn(line -> !line.startsWith("ok   "))
        .singleElement()
        .asString()
        .startsWith("OK: ");
    assertThat(passed).isTrue();
  }

  private static Stack company() throws IOException {
    try (ServerSocket probe = new ServerSocket(0)) {
      String port = Integer.toString(probe.getLocalPort());
      return ComposeFile.read(
          ExamplesHome.stack("company.yml"),
          ComposeOptions.builder("company").environment(Map.of("BALANCE_PORT", port)).build());
    }
  }
}
