package io.swarm4j.docker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class LogPiecesTest {
  private static final String AT = "2026-11-26T09:24:16.829459969Z ";

  private final List<String> lines = new ArrayList<>();
  private final LogPieces pieces =
      new LogPieces((at, bytes) -> lines.add(at + "|" + new String(bytes, UTF_8)));

  private static String line(String text) {
    return AT.strip() + "|" + text;
  }

  @Test
  void linesAreTheSameWhereverTheyAreCut() {
    byte[] log = (AT + "one two\n" + AT + "\n" + AT + AT + "three\n").getBytes(UTF_8);
    for (int size = 1; size <= log.length; size++) {
      lines.clear();
      for (int from = 0; from < log.length; from += size) {
        pieces.add(Arrays.copyOfRange(log, from, Math.min(log.length, from + size)));
      }
      assertThat(lines)
          .as("pieces of %d bytes", size)
          .containsExactly(line("one two"), line(""), line(AT + "three"));
    }
  }

  @Test
  void aLineThatIsTooLongEndsAndIsFollowedByItsRest() {
    String long1 = "x".repeat(16 * 1024);
    byte[] log = (AT + long1 + AT + "rest\n").getBytes(UTF_8);
    for (int from = 0; from < log.length; from += 1000) {
      pieces.add(Arrays.copyOfRange(log, from, Math.min(log.length, from + 1000)));
    }
    assertThat(lines).containsExactly(line(long1), line("rest"));
  }

  @Test
  void whatIsWithoutTimeOrLineEndIsNotLost() {
    pieces.add((AT + "one\nno time\nbare\n" + AT + "end").getBytes(UTF_8));
    assertThat(lines).containsExactly(line("one"), line("no time"), line("bare"));
    pieces.finish();
    pieces.finish();
    assertThat(lines).containsExactly(line("one"), line("no time"), line("bare"), line("end"));
  }
}
