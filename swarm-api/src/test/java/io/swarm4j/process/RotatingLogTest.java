package io.swarm4j.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.agent.LogLine;
import io.swarm4j.agent.LogSink.Stream;
import io.swarm4j.agent.LogStorage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RotatingLogTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00.123456789Z");

  @TempDir Path dir;

  private static LogLine line(String text) {
    return new LogLine(NOW, Stream.STDOUT, text.getBytes(StandardCharsets.UTF_8));
  }

  private static List<String> texts(LogStorage log, long from) {
    List<String> texts = new ArrayList<>();
    LogStorage.Batch batch = log.read(from);
    while (!batch.lines().isEmpty()) {
      batch.lines().forEach(line -> texts.add(new String(line.bytes(), StandardCharsets.UTF_8)));
      batch = log.read(batch.next());
    }
    return texts;
  }

  private List<Path> files() throws Exception {
    try (java.util.stream.Stream<Path> each = Files.list(dir)) {
      return each.sorted().toList();
    }
  }

  @Test
  void oldestFileMakesRoom() throws Exception {
    try (RotatingLog log = new RotatingLog(dir, 500, 3)) {
      IntStream.range(0, 100).mapToObj(i -> line("line " + i)).forEach(log::append);

      List<String> kept = texts(log, 0);

      assertThat(files()).hasSize(3);
      for (Path file : files()) {
        assertThat(Files.size(file)).isLessThan(600);
      }
      assertThat(kept).endsWith("line 98", "line 99").hasSizeBetween(20, 40);
      assertThat(kept.get(0)).isEqualTo("line " + (100 - kept.size()));
    }
  }

  @Test
  void readingGoesOnWhereItStopped() {
    try (RotatingLog log = new RotatingLog(dir, 100, 5)) {
      log.append(line("one"));
      long next = log.read(0).next();

      assertThat(log.read(next).lines()).isEmpty();
      assertThat(log.next()).isEqualTo(next);
      log.append(line("two"));
      log.append(line("three"));

      assertThat(texts(log, next)).containsExactly("two", "three");
    }
  }

  @Test
  void linesComeBackAsTheyWere() throws Exception {
    try (RotatingLog log = new RotatingLog(dir, 1 << 20, 1)) {
      byte[] bytes = new byte[16 * 1024];
      for (int i = 0; i < bytes.length; i++) {
        bytes[i] = (byte) (i % 256 == '\n' ? 0 : i);
      }
      log.append(new LogLine(NOW, Stream.STDERR, bytes));
      log.append(new LogLine(NOW.plusSeconds(1), Stream.STDOUT, new byte[0]));

      List<LogLine> lines = log.read(0).lines();

      assertThat(lines).extracting(LogLine::at).containsExactly(NOW, NOW.plusSeconds(1));
      assertThat(lines).extracting(LogLine::stream).containsExactly(Stream.STDERR, Stream.STDOUT);
      assertThat(lines.get(0).bytes()).isEqualTo(bytes);
      assertThat(lines.get(1).bytes()).isEmpty();
    }
  }

  @Test
  void filesAreInTheUsualTextForm() throws Exception {
    try (RotatingLog log = new RotatingLog(dir, 1 << 20, 1)) {
      log.append(line("hello"));

      assertThat(Files.readString(files().get(0)))
          .isEqualTo("2026-01-01T00:00:00.123456789Z stdout F hello\n");
    }
  }

  @Test
  void closedLogIsEmptyAndTakesNothing() throws Exception {
    RotatingLog log = new RotatingLog(dir, 100, 2);
    log.append(line("one"));
    log.close();
    log.append(line("two"));

    assertThat(texts(log, 0)).isEmpty();
    assertThat(files()).hasSize(1);
  }
}
