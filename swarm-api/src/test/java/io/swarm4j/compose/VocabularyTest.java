package io.swarm4j.compose;

import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.testing.Feature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class VocabularyTest {
  private static final List<Vocabulary> ALL =
      List.of(
          StackReader.KEYS,
          ServiceReader.KEYS,
          ServiceReader.LOGGING,
          ServiceReader.DEPENDENCY,
          ContainerReader.ULIMIT,
          DeployReader.KEYS,
          DeployReader.PLACEMENT,
          DeployReader.PREFERENCE,
          DeployReader.RESTART,
          DeployReader.UPDATE,
          ResourceReader.KEYS,
          ResourceReader.LIMITS,
          ResourceReader.RESERVATIONS,
          ResourceReader.GENERIC,
          ResourceReader.DISCRETE,
          HealthReader.KEYS,
          PortReader.LONG,
          MountReader.LONG,
          MountReader.BIND,
          MountReader.VOLUME,
          MountReader.TMPFS,
          GrantReader.LONG,
          ExtensionReader.DISCONNECT,
          ExtensionReader.JOB_KEYS,
          AttachmentReader.KEYS,
          NetworkReader.KEYS,
          NetworkReader.IPAM,
          NetworkReader.IPAM_CONFIG,
          VolumeReader.KEYS,
          PayloadReader.SECRET,
          PayloadReader.CONFIG);

  @Test
  @Feature({"M00", "M10", "M11", "M12", "M13", "M14", "M15", "M16", "M17", "M18", "M19", "M20"})
  void fileWithEveryKeyIsAccepted() {
    String text = SampleAppsTest.resource("full.yml");

    Stack stack =
        ComposeFile.read(
            "full.yml", text, ComposeOptions.builder("s").environment(Map.of("A", "1")).build());

    assertThat(stack.services()).hasSize(3);
    assertThat(stack.externals())
        .extracting(ExternalReference::name)
        .containsExactly("shared", "exact");
    for (Vocabulary keys : ALL) {
      keys.known().stream()
          .filter(key -> !key.equals("file"))
          .forEach(key -> assertThat(text).containsPattern("\\b" + key + ":"));
    }
  }

  @Test
  void everyKeyIsDocumented() throws IOException {
    String guide = Files.readString(Path.of("../docs/compose.md"));

    for (Vocabulary keys : ALL) {
      assertThat(keys.known()).allSatisfy(key -> assertThat(guide).contains("`" + key + "`"));
      assertThat(keys.refused().keySet())
          .allSatisfy(key -> assertThat(guide).contains("`" + key + "`"));
    }
  }

  @Test
  void everyRefusedKeyOfAServiceIsReportedWithItsRemedy() {
    ServiceReader.KEYS
        .refused()
        .forEach(
            (key, remedy) ->
                assertThat(Yml.webFaults(key + ": x"))
                    .containsExactly("c.yml:1:28: services.web." + key + ": " + remedy));
  }

  @Test
  void typingErrorsLeadToTheKeyThatWasMeant() {
    Map.of(
            "imgae", "image",
            "replica", "deploy.replicas",
            "enviroment", "environment",
            "portss", "ports",
            "restart_polcy", "deploy.restart_policy",
            "retires", "healthcheck.retries",
            "health_check", "healthcheck")
        .forEach(
            (wrong, right) ->
                assertThat(ServiceReader.KEYS.nearest(wrong)).as(wrong).contains(right));
    assertThat(ServiceReader.KEYS.nearest("zzzzzz")).isEmpty();
  }
}
