package io.swarm4j.compose;

import static io.swarm4j.compose.Yml.container;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.swarm4j.model.ContainerSpec;
import io.swarm4j.testing.Feature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Feature("M14")
class EnvironmentTest {
  @TempDir Path folder;

  @Test
  void isAMappingOrAList() {
    Map<String, String> expected = Map.of("A", "1", "B", "x=y", "C", "");

    assertThat(container("environment: {A: 1, B: x=y, C: ''}").env()).isEqualTo(expected);
    assertThat(container("environment: [A=1, B=x=y, C=]").env()).isEqualTo(expected);
  }

  @Test
  void textOfValuesIsKeptAsWritten() {
    assertThat(container("environment: {A: true, B: 1.10, C: 0440, D: yes, E: 1_000}").env())
        .isEqualTo(Map.of("A", "true", "B", "1.10", "C", "0440", "D", "yes", "E", "1_000"));
  }

  @Test
  void valueThatIsMissingComesFromTheEnvironment() {
    Stack stack =
        Yml.read(
            "services: {web: {image: i, environment: {A: , B: }}, b: {image: i, environment: [A,"
                + " B]}}",
            Map.of("A", "from outside"));

    assertThat(stack.services())
        .allSatisfy(
            service ->
                assertThat(service.task().container().env())
                    .isEqualTo(Map.of("A", "from outside")));
    assertThat(stack.warnings())
        .extracting(Warning::toString)
        .containsExactly(
            "c.yml:1:49: services.web.environment.B: variable B has no value here and is not set"
                + " in the environment; it is left out",
            "c.yml:1:85: services.b.environment[1]: variable B has no value here and is not set"
                + " in the environment; it is left out");
  }

  @Test
  void filesAreReadLiterallyAndTheLastWordWins() throws IOException {
    Files.writeString(
        folder.resolve("a.env"), "# comment\n\nA=1\nB=\"q r\"\n  C=3 # no comment\nHOME\nNONE\n");
    Files.writeString(folder.resolve("b.env"), "A=2\nD=4\n");

    ContainerSpec container = readService("env_file: [a.env, ./b.env], environment: {D: 5}");

    assertThat(container.env())
        .isEqualTo(
            Map.of("A", "2", "B", "\"q r\"", "C", "3 # no comment", "D", "5", "HOME", "/home/me"));
  }

  @Test
  void fileThatIsMissingOrMalformedIsNamed() throws IOException {
    Files.writeString(folder.resolve("bad.env"), "A=1\nB C=2\n");

    assertThatThrownBy(() -> readService("env_file: [none.env, bad.env]"))
        .hasMessage(
            "c.yml:1:39: services.web.env_file[0]: 'none.env' is not there: "
                + folder.resolve("none.env")
                + "\nc.yml:1:49: services.web.env_file[1]: 'bad.env' line 2 is not NAME=value: the"
                + " name is empty or has blanks");
  }

  @Test
  void dotEnvBesideTheFileFillsVariablesButTheEnvironmentWins() throws IOException {
    Files.writeString(
        folder.resolve(".env"),
        "TAG=\"1.2\" # quoted\nexport USER_NAME='me'\nHOST=inner\nPLAIN=a b # comment\n");
    Path file = folder.resolve("stack.yml");
    Files.writeString(
        file,
        "services: {web: {image: 'i:${TAG}', user: $USER_NAME, hostname: $HOST, labels: {p:"
            + " $PLAIN}}}");

    ContainerSpec container =
        ComposeFile.read(
                file, ComposeOptions.builder("s").environment(Map.of("HOST", "outer")).build())
            .services()
            .get(0)
            .task()
            .container();

    assertThat(container.image()).isEqualTo("i:1.2");
    assertThat(container.user()).isEqualTo("me");
    assertThat(container.hostname()).isEqualTo("outer");
    assertThat(container.labels()).containsEntry("p", "a b");
  }

  private ContainerSpec readService(String keys) {
    return ComposeFile.read(
            "c.yml",
            "services: {web: {image: i, " + keys + "}}",
            ComposeOptions.builder("s")
                .directory(folder)
                .environment(Map.of("HOME", "/home/me"))
                .build())
        .services()
        .get(0)
        .task()
        .container();
  }
}
