package io.swarm4j.examples.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.Swarm;
import io.swarm4j.model.ServiceSpec;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TerminalTest {

  @Test
  void columnsAreAsWideAsTheirWidestCell() {
    TextTable table = new TextTable("A", "LONG", "").row("abc", 1, "x").row("d", 22, "");

    assertThat(table.lines(false)).containsExactly("A    LONG", "abc  1     x", "d    22");
    assertThat(table.lines(true).get(0)).contains("\033[1mA\033[0m").doesNotEndWith("m ");
  }

  @ParameterizedTest
  @CsvSource({"0, 0 s", "-5, 0 s", "119, 119 s", "120, 2 min", "7199, 119 min", "7200, 2 h"})
  void agesAreShort(long seconds, String text) {
    assertThat(StateTable.age(Duration.ofSeconds(seconds))).isEqualTo(text);
  }

  @Test
  @Timeout(30)
  void tablesShowNodesServicesAndTasks() {
    try (Swarm swarm =
        Swarm.builder().name("tables").image("idle", task -> task.awaitStop()).start()) {
      swarm.services().create(ServiceSpec.of("web", "idle").withReplicas(2));
      swarm.services().await("web", Duration.ofSeconds(10));

      List<String> lines = StateTable.lines(swarm.view(), Instant.now(), false);

      assertThat(lines)
          .anySatisfy(line -> assertThat(line).matches("m1 +manager +ready +active +2 .*"))
          .anySatisfy(line -> assertThat(line).matches("web +2/2 .*idle"))
          .anySatisfy(line -> assertThat(line).matches("web\\.1 .* m1 +running +\\d+ s"))
          .anySatisfy(line -> assertThat(line).matches("web\\.2 .* m1 +running +\\d+ s"));
    }
  }

  @Test
  void whatDoesNotFitOnTheScreenIsCountedInstead() {
    ByteArrayOutputStream output = new ByteArrayOutputStream();
    Screen screen = Screen.of(new PrintStream(output, true, StandardCharsets.UTF_8), 5);

    screen.draw(Collections.nCopies(10, "line"));
    screen.draw(List.of("last"));

    String text = output.toString(StandardCharsets.UTF_8);
    assertThat(text).contains("… 7 more lines").contains("\033[4F");
    assertThat(text.lines().filter(line -> line.contains("line\033")).count()).isEqualTo(3);
  }
}
