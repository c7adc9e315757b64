package io.swarm4j.compose;

import static io.swarm4j.compose.Yml.faults;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.swarm4j.model.ContainerSpec;
import io.swarm4j.model.InvalidSpecException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class YamlReaderTest {

  @Test
  void anchorsAndMergeKeysAreResolved() {
    Stack stack =
        Yml.read(
            """
            x-base: &base
              image: base
              user: base
              environment: &env {A: 1, B: 2}
            x-more: &more {user: more, hostname: more}
            services:
              a:
                <<: *base
                image: own
              b:
                hostname: own
                <<: [*base, *more]
                environment: {<<: *env, B: 3}
            """);

    ContainerSpec a = stack.services().get(0).task().container();
    ContainerSpec b = stack.services().get(1).task().container();
    assertThat(a.image()).isEqualTo("own");
    assertThat(a.user()).isEqualTo("base");
    assertThat(a.env()).isEqualTo(Map.of("A", "1", "B", "2"));
    assertThat(b.image()).isEqualTo("base");
    assertThat(b.user()).isEqualTo("base");
    assertThat(b.hostname()).isEqualTo("own");
    assertThat(b.env()).isEqualTo(Map.of("A", "1", "B", "3"));
  }

  @Test
  void keysThatBeginWithXAreIgnoredWithWhatTheyHold() {
    assertThat(
            faults(
                "x-a: ${broken\nservices: {web: {image: i, x-b: [], deploy: {x-c: $}, healthcheck:"
                    + " {test: x, x-d: 1}}}\nnetworks: {default: {x-e: 1}}\n"))
        .isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          a: b: c                  | 1:5: malformed YAML: mapping values are not allowed here; indent the line like its neighbours, or quote its value
          a: [1                    | 1:6: malformed YAML: while parsing a flow sequence: expected ',' or ']', but got <stream end>
          a: 'x                    | 1:6: malformed YAML: while scanning a quoted scalar: found unexpected end of stream
          a: *x                    | 1:4: alias *x names nothing; put &x before it
          a: &x [*x]               | 1:8: alias *x stands inside what it names
          a: !custom 1             | 1:4: tag !custom is not supported; remove it
          ? [a] : b                | 1:3: a key must be a single value, not a list or mapping
          a: {<<: 1}               | 1:5: << takes an alias of a mapping or a list of them, not a single value
          """)
  void malformedTextIsOneFaultWithItsPlace(String text, String fault) {
    assertThat(faults(text)).containsExactly("c.yml:" + fault);
  }

  @Test
  void characterThatYamlDoesNotAllowIsNamed() {
    assertThat(faults("services:\n  a\u0001: b"))
        .containsExactly("c.yml:2:4: malformed YAML: the character U+0001 is not allowed");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\n\n", "# nothing\n"})
  void emptyFileIsRefused(String text) {
    assertThat(faults(text))
        .singleElement()
        .asString()
        .endsWith("the file is empty; write at least one service");
  }

  @Test
  void oneFileIsOneDocument() {
    assertThat(faults("services: {web: {image: i}}\n---\nservices: {}\n"))
        .containsExactly("c.yml:2:1: a second document begins here; one file is one stack");
  }

  @Test
  void duplicateKeysAreReportedWithOtherFaults() {
    assertThat(
            faults(
                """
                services:
                  web: {image: i, image: j, environment: {A: 1, A: 2}, usr: x}
                  web: {image: k}
                """))
        .containsExactly(
            "c.yml:2:19: key 'image' stands twice; the first is in line 2",
            "c.yml:2:49: key 'A' stands twice; the first is in line 2",
            "c.yml:2:56: services.web.usr: unknown key; did you mean user?",
            "c.yml:3:3: key 'web' stands twice; the first is in line 2");
  }

  @Test
  void wrongKindsOfNodesAreNamed() {
    assertThat(faults("- a\n")).containsExactly("c.yml:1:1: a list stands here; write a mapping");
    assertThat(faults("services: []\n"))
        .containsExactly("c.yml:1:1: services: a list stands here; write a mapping");
    assertThat(faults("services: {web: x, b: {image: [], ports: 80, labels: 1, tty: {}, dns: {}}}"))
        .containsExactly(
            "c.yml:1:17: services.web: a single value stands here; write a mapping",
            "c.yml:1:24: services.b.image: a list stands here; write a single value",
            "c.yml:1:42: services.b.ports: a single value stands here; write a list",
            "c.yml:1:54: services.b.labels: a single value stands here; write a mapping",
            "c.yml:1:57: services.b.tty: a mapping stands here; write a single value",
            "c.yml:1:66: services.b.dns: a mapping stands here; write a list");
    assertThat(Yml.webFaults("ports: , tty: maybe"))
        .containsExactly(
            "c.yml:1:34: services.web.ports: has no value; write one or remove the key",
            "c.yml:1:42: services.web.tty: 'maybe' is no boolean; write true or false");
  }

  @Test
  void versionsOfTheOldFormatAreRefused() {
    assertThat(Yml.read("version: 3\nservices: {web: {image: i}}").services()).hasSize(1);
    assertThat(Yml.read("version: '3.13'\nservices: {web: {image: i}}").services()).hasSize(1);
    assertThat(faults("version: '2.1'\nservices: {web: {image: i, mem_limit: 1g}}"))
        .containsExactly(
            "c.yml:1:10: version: version 2.1 is not supported; write \"3\" to \"3.13\" or remove"
                + " the key, and move settings of version 2 such as mem_limit to deploy",
            "c.yml:2:28: services.web.mem_limit: mem_limit is not used in swarm mode: use"
                + " deploy.resources.limits.memory");
    assertThat(faults("web: {image: i}"))
        .containsExactly(
            "c.yml:1:1: web: unknown key; remove it, or begin it with x- to have it ignored",
            "c.yml:1:1: 'services' is missing; write at least one service under it");
  }

  @Test
  void lenientReadingDropsWhatIsNotSupported() {
    Stack stack =
        ComposeFile.read(
            "c.yml",
            "services: {web: {image: i, restart: always, foo: 1}}",
            ComposeOptions.builder("s").lenient(true).build());

    assertThat(stack.services()).hasSize(1);
    assertThat(stack.warnings())
        .extracting(Warning::toString)
        .containsExactly(
            "c.yml:1:28: services.web.restart: dropped: restart is not used in swarm mode: use"
                + " deploy.restart_policy",
            "c.yml:1:45: services.web.foo: dropped: unknown key; remove it, or begin it with x- to"
                + " have it ignored");
  }

  @Test
  void aliasBombsAreRefused() {
    StringBuilder bomb = new StringBuilder("x-0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for (int i = 1; i < 12; i++) {
      String alias = "*a" + (i - 1);
      bomb.append("x-%d: &a%d [%s]\n".formatted(i, i, (alias + ", ").repeat(9) + alias));
    }

    assertThat(faults(bomb + "services: {web: {image: i}}\n"))
        .singleElement()
        .asString()
        .endsWith("aliases make this larger than 16777216 characters; write out less");
  }

  @Test
  void whatAFileProducesIsBounded() {
    String ports = "x: &p {image: i, expose: ['1-65535'], ports: ['1-65535']}\n";
    StringBuilder bomb = new StringBuilder("x-" + ports + "services:\n");
    for (int i = 0; i < 1000; i++) {
      bomb.append("  s%d: *p\n".formatted(i));
    }

    assertThat(faults(bomb.toString()))
        .singleElement()
        .asString()
        .endsWith("the file produces more than can be handled; write out less");
  }

  @Test
  void depthIsBounded() {
    assertThat(faults("[".repeat(100_000)))
        .singleElement()
        .asString()
        .contains("nested deeper than 64 levels");
    assertThat(faults("? ".repeat(100_000))).hasSize(1);
    assertThat(faults("- ".repeat(100_000))).hasSize(1);
    assertThat(faults("{a: ".repeat(100_000))).hasSize(1);
  }

  @Test
  void reportsAreBounded() {
    StringBuilder many = new StringBuilder("services:\n");
    for (int i = 0; i < 1000; i++) {
      many.append("  s%d: {}\n".formatted(i));
    }

    assertThat(faults(many.toString())).hasSize(100);
  }

  @Test
  void faultsAreThoseOfAnInvalidSpec() {
    assertThatThrownBy(() -> Yml.read("services: {web: {}}"))
        .isInstanceOfSatisfying(
            InvalidSpecException.class,
            refused ->
                assertThat(refused.faults())
                    .singleElement()
                    .satisfies(fault -> assertThat(fault.path()).isEqualTo("services.web")));
  }

  @Test
  void filesAreBoundedAndMustBeUtf8(@TempDir Path folder) throws IOException {
    Path latin = Files.write(folder.resolve("latin.yml"), new byte[] {'a', ':', ' ', (byte) 0xe4});
    Path large = Files.write(folder.resolve("large.yml"), new byte[(4 << 20) + 1]);
    Path marked = Files.writeString(folder.resolve("bom.yml"), "\uFEFFservices: {a: {image: i}}");
    ComposeOptions options = ComposeOptions.of("s");

    assertThat(ComposeFile.read(marked, options).services()).hasSize(1);
    assertThatThrownBy(() -> ComposeFile.read(latin, options))
        .hasMessage(latin + ":1:1: the compose file is not UTF-8 text; save it as UTF-8");
    assertThatThrownBy(() -> ComposeFile.read(large, options))
        .hasMessage(large + ":1:1: the compose file is larger than 4194304 bytes: " + large);
    assertThatThrownBy(() -> ComposeFile.read(folder.resolve("none.yml"), options))
        .isInstanceOf(ComposeException.class)
        .hasMessageContaining("the compose file is not there");
    assertThatThrownBy(() -> ComposeFile.read(folder, options))
        .isInstanceOf(ComposeException.class)
        .hasMessageContaining("the compose file cannot be read");
  }

  @Test
  void nameOfTheStackIsChecked() {
    assertThatThrownBy(() -> ComposeOptions.of("my stack"))
        .isInstanceOf(InvalidSpecException.class)
        .hasMessageContaining("stackName");
  }
}
