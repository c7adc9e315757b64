package io.swarm4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The code that the documentation shows is code that is compiled and run here. */
class DocumentedCodeTest {
  private static final Pattern BLOCK = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

  @ParameterizedTest
  @CsvSource({
    "README.md, examples/src/main/java/io/swarm4j/examples/ReadmeExample.java",
    "docs/embedding.md, examples/src/test/java/io/swarm4j/examples/EmbeddingTest.java",
    "docs/simulation.md, examples/src/test/java/io/swarm4j/examples/SimulationTest.java"
  })
  void everyBlockStandsInTheSource(Path text, Path source) throws IOException {
    Path root = Path.of("..");
    String code = unindented(Files.readString(root.resolve(source)));
    Matcher blocks = BLOCK.matcher(Files.readString(root.resolve(text)));
    int count = 0;
    while (blocks.find()) {
      count++;
      assertThat(code).contains(unindented(blocks.group(1)));
    }
    assertThat(count).isPositive();
  }

  /** The lines without leading blanks: in the text they are indented differently. */
  private static String unindented(String code) {
    return code.lines().map(String::strip).collect(Collectors.joining("\n", "", "\n"));
  }

  @Test
  @Timeout(60)
  void theExampleOfTheReadmePrintsAGreetingForEachNode() throws Exception {
    ByteArrayOutputStream output = new ByteArrayOutputStream();

    ReadmeExample.run(new PrintStream(output, true, StandardCharsets.UTF_8));

    List<String> lines = output.toString(StandardCharsets.UTF_8).lines().toList();
    assertThat(lines)
        .containsExactlyInAnyOrder("hello from web.1", "hello from web.2", "hello from web.3");
  }
}
