package io.swarm4j.examples.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.Swarm;
import io.swarm4j.compose.ComposeFile;
import io.swarm4j.compose.ComposeOptions;
import io.swarm4j.compose.Stack;
import io.swarm4j.examples.apps.SampleImages;
import io.swarm4j.network.dataplane.LoopbackLease;
import io.swarm4j.testing.Surroundings;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The check of the quickstart passes here, too. */
class CompanyCheckTest {

  @Test
  @Timeout(90)
  void everyCheckOfTheQuickstartPasses() throws IOException {
    Surroundings.require(LoopbackLease.isSupported(), "a loopback network");
    ByteArrayOutputStream output = new ByteArrayOutputStream();

    boolean passed =
        CompanyCheck.run(
            Swarm.builder().name("companycheck").workers(2).images(SampleImages.all()),
            Duration.ofMillis(200),
            company(),
            new PrintStream(output, true, StandardCharsets.UTF_8));

    assertThat(output.toString(StandardCharsets.UTF_8).lines())
        .filteredOn(line -> !line.startsWith("ok   "))
        .singleElement()
        .asString()
        .startsWith("OK: ");
    assertThat(passed).isTrue();
  }

  private static Stack company() throws IOException {
    return ComposeFile.read(
        Path.of("stacks", "company.yml"),
        ComposeOptions.builder("company").environment(Map.of("BALANCE_PORT", freePort())).build());
  }

  private static String freePort() throws IOException {
    try (ServerSocket probe = new ServerSocket(0)) {
      return String.valueOf(probe.getLocalPort());
    }
  }
}
