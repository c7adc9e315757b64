package io.swarm4j.examples.check;

import static io.swarm4j.examples.check.Checklist.expect;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChecklistTest {
  private final ByteArrayOutputStream output = new ByteArrayOutputStream();
  private final Checklist list =
      new Checklist(new PrintStream(output, true, StandardCharsets.UTF_8));

  private List<String> lines() {
    return output.toString(StandardCharsets.UTF_8).lines().toList();
  }

  @Test
  void passesIfEveryCheckDoes() {
    list.check("one", () -> "detail");
    list.check("two", () -> "");
    list.skip("three", "not here");

    assertThat(list.summary()).isTrue();
    assertThat(lines()).startsWith("ok   one (detail)", "ok   two", "skip three: not here");
    assertThat(lines().get(3)).startsWith("OK: 2 checks passed, 0 failed, in ");
  }

  @Test
  void tellsWhatAFailedCheckExpectedAndSawAndGoesOn() {
    list.check(
        "one",
        () -> {
          expect(1 + 1 == 3, "3", 2);
          return "";
        });
    list.check(
        "two",
        () -> {
          throw new IOException("connection refused");
        });
    list.check("three", () -> "");

    assertThat(list.summary()).isFalse();
    assertThat(lines())
        .startsWith(
            "FAIL one: expected 3, saw 2",
            "FAIL two: expected no failure, saw java.io.IOException: connection refused",
            "ok   three");
    assertThat(lines().get(3)).startsWith("FAILED: 1 checks passed, 2 failed");
  }
}
