package io.swarm4j.sim;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The same seeds give the same traces in another process, which salts its hash tables otherwise,
 * and on every other JDK that is installed beside the one of this build.
 */
class OtherJavaTest {
  private static final Path INSTALLED = Path.of("/usr/lib/jvm");
  private static final int OLDEST = 17;

  static List<Path> javas() throws IOException {
    Path own = Path.of(System.getProperty("java.home")).toRealPath();
    if (!Files.isDirectory(INSTALLED)) {
      return List.of(own);
    }
    try (Stream<Path> installed = Files.list(INSTALLED)) {
      List<Path> others =
          installed
              .filter(home -> isJdk(home) && !Files.isSymbolicLink(home))
              .filter(home -> !home.equals(own))
              .sorted()
              .toList();
      return Stream.concat(Stream.of(own), others.stream()).toList();
    }
  }

  private static boolean isJdk(Path home) {
    try {
      String release = Files.readString(home.resolve("release"));
      String version = release.replaceAll("(?s).*JAVA_VERSION=\"(\\d+).*", "$1");
      return Files.isExecutable(home.resolve("bin/java")) && Integer.parseInt(version) >= OLDEST;
    } catch (IOException | NumberFormatException none) {
      return false;
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("javas")
  void everyJavaGivesTheSameTraces(Path home) throws Exception {
    Process process =
        new ProcessBuilder(
                home.resolve("bin/java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                TraceHashes.class.getName())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      String output = new String(process.getInputStream().readAllBytes(), UTF_8);
      List<String> theirs =
          output.lines().filter(line -> line.startsWith(TraceHashes.MARK)).toList();
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();

      assertThat(theirs).isEqualTo(TraceHashes.all());
    } finally {
      process.destroyForcibly();
    }
  }
}
