package io.swarm4j.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.agent.LogLine;
import io.swarm4j.agent.LogSink.Stream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LogMergeTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  private final LogMerge<String> merge = new LogMerge<>();

  private static LogLine line(long millis) {
    byte[] text = Long.toString(millis).getBytes(StandardCharsets.UTF_8);
    return new LogLine(NOW.plusMillis(millis), Stream.STDOUT, text);
  }

  private static List<LogLine> lines(long... millis) {
    return java.util.Arrays.stream(millis).mapToObj(LogMergeTest::line).toList();
  }

  private List<String> drain(Instant at) {
    List<String> out = new ArrayList<>();
    for (var next = merge.poll(at); next != null; next = merge.poll(at)) {
      out.add(next.owner() + ":" + new String(next.line().bytes(), StandardCharsets.UTF_8));
    }
    return out;
  }

  @Test
  void linesOfSeveralLogsComeInOrderOfTime() {
    LogMerge<String>.Input a = merge.add("a");
    LogMerge<String>.Input b = merge.add("b");
    a.add(lines(1, 4, 6), NOW);
    b.add(lines(2, 3, 5), NOW);
    a.end();
    b.end();

    assertThat(drain(NOW)).containsExactly("a:1", "b:2", "b:3", "a:4", "b:5", "a:6");
    assertThat(merge.isEmpty()).isTrue();
  }

  @Test
  void nothingComesWhileALogThatIsBehindMayHaveEarlierLines() {
    LogMerge<String>.Input a = merge.add("a");
    LogMerge<String>.Input b = merge.add("b");
    a.add(lines(5), NOW);

    assertThat(drain(NOW.plusSeconds(60))).isEmpty();
    assertThat(merge.awaits(b)).isTrue();
    assertThat(merge.wakeAt()).isNull();
    b.add(lines(1), NOW);
    assertThat(drain(NOW)).containsExactly("b:1");
    b.end();
    assertThat(drain(NOW)).containsExactly("a:5");
  }

  @Test
  void aLogThatHasCaughtUpIsWaitedForNoLongerThanTheWindow() {
    LogMerge<String>.Input a = merge.add("a");
    LogMerge<String>.Input b = merge.add("b");
    a.catchUp();
    b.catchUp();
    a.add(lines(5), NOW);

    assertThat(drain(NOW)).isEmpty();
    assertThat(merge.wakeAt()).isEqualTo(NOW.plus(LogMerge.WINDOW));
    assertThat(drain(NOW.plus(LogMerge.WINDOW))).containsExactly("a:5");
    b.add(lines(3), NOW.plus(LogMerge.WINDOW));
    assertThat(drain(NOW.plus(LogMerge.WINDOW.multipliedBy(2)))).containsExactly("b:3");
  }

  @Test
  void linesOfTheSameTimeKeepTheOrderOfTheirLog() {
    LogMerge<String>.Input a = merge.add("a");
    a.add(List.of(line(1), line(1), line(1)), NOW);
    a.end();

    assertThat(drain(NOW)).hasSize(3);
  }

  @Test
  void anyPartitionOfSortedLinesIsMergedIntoTheWhole() {
    Random random = new Random(1);
    for (int round = 0; round < 200; round++) {
      LogMerge<String> fresh = new LogMerge<>();
      int logs = 1 + random.nextInt(8);
      List<LogMerge<String>.Input> inputs =
          IntStream.range(0, logs).mapToObj(i -> fresh.add("log" + i)).toList();
      List<Long> merged = new ArrayList<>();
      for (long at = 0; at < 100; at++) {
        inputs.get(random.nextInt(logs)).add(lines(at), NOW);
        if (random.nextInt(10) == 0) {
          take(fresh, merged);
        }
      }
      inputs.forEach(LogMerge.Input::end);
      take(fresh, merged);

      assertThat(merged).hasSize(100).isSorted();
    }
  }

  private static void take(LogMerge<String> from, List<Long> into) {
    for (var next = from.poll(NOW); next != null; next = from.poll(NOW)) {
      into.add(Long.valueOf(new String(next.line().bytes(), StandardCharsets.UTF_8)));
    }
  }
}
