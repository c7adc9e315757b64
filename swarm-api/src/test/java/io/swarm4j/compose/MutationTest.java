package io.swarm4j.compose;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whatever stands in a file, reading it ends in a stack or in a {@link ComposeException}. */
@Timeout(120)
class MutationTest {
  private static final int ROUNDS = 20_000;
  private static final long SEED = 20_250_101;
  private static final List<String> PIECES =
      List.of(
          "[",
          "]",
          "{",
          "}",
          ": ",
          "- ",
          "\n",
          "\n  ",
          "&a ",
          "*a",
          "<<: ",
          "!!str ",
          "!x ",
          "'",
          "\"",
          "#",
          "|\n",
          ">\n",
          "$",
          "${",
          "${A:-",
          "}",
          "$$",
          "~",
          "null",
          "0",
          "-1",
          "99999999999999999999",
          "1e9",
          "true",
          "0440",
          "x-",
          "\t",
          "\u0000",
          "\uFEFF",
          "\uD800",
          "ä",
          "---\n",
          "...\n",
          "? ",
          "%",
          "@",
          "1-65535",
          "external: true",
          "name: ''");

  @Test
  void mutatedFilesNeverEscapeWithAnotherException() {
    Random random = new Random(SEED);
    List<String> seeds =
        List.of(
            SampleAppsTest.resource("full.yml"),
            SampleAppsTest.resource("company.yml"),
            SampleAppsTest.resource("viz.yml"));
    ComposeOptions options =
        ComposeOptions.builder("s")
            .directory(Path.of("does/not/exist"))
            .environment(Map.of("A", "1"))
            .build();
    int accepted = 0;
    for (int round = 0; round < ROUNDS; round++) {
      String text = mutate(seeds.get(round % seeds.size()), random);
      try {
        ComposeFile.read("c.yml", text, options);
        accepted++;
      } catch (ComposeException refused) {
        assertThat(refused.composeFaults()).isNotEmpty();
      } catch (RuntimeException | StackOverflowError escaped) {
        throw new AssertionError("round " + round + " of seed " + SEED + ":\n" + text, escaped);
      }
    }
    assertThat(accepted).isPositive();
  }

  private static String mutate(String text, Random random) {
    StringBuilder mutated = new StringBuilder(text);
    for (int edits = 1 + random.nextInt(4); edits > 0; edits--) {
      int at = random.nextInt(mutated.length());
      int to = Math.min(mutated.length(), at + 1 + random.nextInt(12));
      String piece = PIECES.get(random.nextInt(PIECES.size()));
      switch (random.nextInt(5)) {
        case 0 -> mutated.delete(at, to);
        case 1 -> mutated.insert(at, piece);
        case 2 -> mutated.replace(at, to, piece);
        case 3 -> mutated.insert(random.nextInt(mutated.length()), mutated.substring(at, to));
        default -> value(mutated, at, piece);
      }
    }
    return mutated.toString();
  }

  /** Replaces the value of a line, which keeps the file well-formed more often. */
  private static void value(StringBuilder text, int near, String piece) {
    int colon = text.indexOf(": ", near);
    if (colon >= 0) {
      int end = text.indexOf("\n", colon);
      text.replace(colon + 2, end < 0 ? text.length() : end, piece);
    }
  }
}
