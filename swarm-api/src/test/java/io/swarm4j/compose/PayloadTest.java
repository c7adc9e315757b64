package io.swarm4j.compose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.swarm4j.model.ChangePolicy;
import io.swarm4j.model.ConfigReference;
import io.swarm4j.model.ConfigSpec;
import io.swarm4j.model.FileTarget;
import io.swarm4j.model.Payload;
import io.swarm4j.model.SecretReference;
import io.swarm4j.model.SecretSpec;
import io.swarm4j.testing.Feature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PayloadTest {
  private static final Map<String, String> LABEL = Map.of(Stack.NAMESPACE_LABEL, "s");
  @TempDir Path folder;

  @Test
  @Feature({"M03", "M19", "M20", "O05", "O18"})
  void secretsOfTheStackArePrefixedAndKeepTheirShortFileName() throws IOException {
    Files.writeString(folder.resolve("pass.txt"), "secret");

    Stack stack =
        read(
            "services: {web: {image: i, secrets: [root_pass, {source: other}]}}\n"
                + "secrets:\n"
                + "  root_pass: {file: ./pass.txt}\n"
                + "  other: {environment: PASS, name: exact, labels: {a: b}}\n"
                + "  unused: {file: pass.txt, template_driver: golang}\n");

    assertThat(stack.secrets())
        .containsExactly(
            new SecretSpec("s_root_pass", LABEL, Payload.of("secret"), false),
            new SecretSpec(
                "exact", Map.of(Stack.NAMESPACE_LABEL, "s", "a", "b"), Payload.of("pw"), false),
            new SecretSpec("s_unused", LABEL, Payload.of("secret"), true));
    assertThat(stack.services().get(0).task().container().secrets())
        .containsExactly(
            new SecretReference("s_root_pass", FileTarget.of("root_pass"), ChangePolicy.NONE),
            new SecretReference("exact", FileTarget.of("other"), ChangePolicy.NONE));
  }

  @Test
  @Feature({"M19", "O06"})
  void longFormSaysNameOwnerAndMode() {
    Stack stack =
        read(
            "services: {web: {image: i, secrets: [{source: a, target: b, uid: '103', gid: 104,"
                + " mode: 0440}]}}\nsecrets: {a: {external: true}}\n");

    assertThat(stack.services().get(0).task().container().secrets())
        .containsExactly(
            new SecretReference("a", new FileTarget("b", "103", "104", 0440), ChangePolicy.NONE));
    assertThat(stack.externalNames(ExternalReference.Kind.SECRET)).containsExactly("a");
  }

  @ParameterizedTest
  @Feature("O06")
  @CsvSource({"0440, 288", "'\"0440\"', 288", "0o440, 288", "288, 288", "0, 0", "0o1777, 1023"})
  void modeIsOctalWithALeadingZero(String written, int mode) {
    Stack stack = withMode(written);

    assertThat(stack.services().get(0).task().container().secrets().get(0).file().mode())
        .isEqualTo(mode);
    assertThat(stack.warnings()).isEmpty();
  }

  @Test
  void decimalModeThatLooksOctalIsAWarning() {
    assertThat(withMode("440").warnings())
        .extracting(Warning::toString)
        .containsExactly(
            "c.yml:1:57: services.web.secrets[0].mode: 440 is decimal, that is 0670 in octal; write"
                + " 0440 if you mean the permissions");
    assertThatThrownBy(() -> withMode("rw-r"))
        .hasMessage(
            "c.yml:1:57: services.web.secrets[0].mode: 'rw-r' is no file mode; write an octal one"
                + " such as 0440");
  }

  @Test
  @Feature("M20")
  void configsComeFromFilesTextsAndVariables() throws IOException {
    Files.writeString(folder.resolve("f.conf"), "from file");

    Stack stack =
        read(
            "services: {web: {image: i, configs: [a, {source: b, target: /etc/b}, c, d]}}\n"
                + "configs:\n"
                + "  a: {file: f.conf}\n"
                + "  b: {content: 'pass=${PASS}'}\n"
                + "  c: {environment: PASS}\n"
                + "  d: {external: true, name: theirs}\n");

    assertThat(stack.configs())
        .containsExactly(
            new ConfigSpec("s_a", LABEL, Payload.of("from file"), false),
            new ConfigSpec("s_b", LABEL, Payload.of("pass=pw"), false),
            new ConfigSpec("s_c", LABEL, Payload.of("pw"), false));
    assertThat(stack.services().get(0).task().container().configs())
        .extracting(ConfigReference::config, config -> config.file().name())
        .containsExactly(
            tuple("s_a", "a"), tuple("s_b", "/etc/b"), tuple("s_c", "c"), tuple("theirs", "d"));
    assertThat(stack.externalNames(ExternalReference.Kind.CONFIG)).containsExactly("theirs");
  }

  @Test
  void externalsThatNobodyUsesNeedNotExist() {
    Stack stack = read("services: {web: {image: i}}\nsecrets: {a: {external: true}}\n");

    assertThat(stack.externals()).isEmpty();
  }

  @Test
  void oldFormOfExternalIsAWarning() {
    Stack stack =
        read("services: {web: {image: i, secrets: [a]}}\nsecrets: {a: {external: {name: b}}}\n");

    assertThat(stack.externalNames(ExternalReference.Kind.SECRET)).containsExactly("b");
    assertThat(stack.warnings())
        .extracting(Warning::message)
        .containsExactly(
            "'external: {name: ...}' is an old form; write 'external: true' and 'name'");
  }

  @Test
  @Feature({"M24", "O18"})
  void contentThatIsMissingIsRefused() throws IOException {
    Files.writeString(folder.resolve("empty"), "");

    assertThatThrownBy(
            () ->
                read(
                    "services: {web: {image: i}}\n"
                        + "secrets:\n"
                        + "  a: {file: none.txt}\n"
                        + "  b: {}\n"
                        + "  c: {file: x, environment: Y}\n"
                        + "  d: {environment: NOT_SET}\n"
                        + "  e: {file: empty}\n"
                        + "  f: {content: secret}\n"
                        + "  g: {external: true, file: x}\n"
                        + "  h:\n"))
        .hasMessage(
            String.join(
                "\n",
                "c.yml:3:13: secrets.a.file: 'none.txt' is not there: "
                    + folder.resolve("none.txt"),
                "c.yml:4:3: secrets.b: has no content; write one of file, environment or"
                    + " 'external: true'",
                "c.yml:5:3: secrets.c: has several contents: [file, environment]; write one of"
                    + " file, environment or 'external: true'",
                "c.yml:6:20: secrets.d.environment: 'NOT_SET' is not set in the environment; set"
                    + " it",
                "c.yml:7:13: secrets.e.file: '0 bytes' is refused; write larger than 0 and less"
                    + " than 512000 bytes",
                "c.yml:8:3: secrets.f: has no content; write one of file, environment or"
                    + " 'external: true'",
                "c.yml:8:7: secrets.f.content: a secret does not stand in the file itself; use"
                    + " 'file', 'environment' or 'external'",
                "c.yml:9:29: secrets.g.file: an external secret takes no settings but its name;"
                    + " remove this key",
                "c.yml:10:5: secrets.h: nothing stands here; write a mapping or remove the key",
                "c.yml:10:5: secrets.h: has no content; write one of file, environment or"
                    + " 'external: true'"));
  }

  @Test
  @Feature("O06")
  void twoSecretsCannotBeTheSameFile() {
    assertThat(
            Yml.faults(
                "services: {web: {image: i, secrets: [a, {source: b, target: a}]}}\n"
                    + "secrets: {a: {external: true}, b: {external: true}}\n"))
        .containsExactly(
            "c.yml:1:41: services.web.secrets[1]: '/run/secrets/a' stands twice; write each value once");
  }

  private Stack withMode(String mode) {
    return read(
        "services: {web: {image: i, secrets: [{source: a, mode:  "
            + mode
            + "}]}}\nsecrets: {a: {external: true}}\n");
  }

  private Stack read(String text) {
    return ComposeFile.read(
        "c.yml",
        text,
        ComposeOptions.builder("s").directory(folder).environment(Map.of("PASS", "pw")).build());
  }
}
