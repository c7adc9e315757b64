package io.swarm4j.docker;

import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.agent.Container;
import io.swarm4j.agent.LogOptions;
import io.swarm4j.agent.LogSink.Stream;
import io.swarm4j.docker.EngineProxy.Fate;
import io.swarm4j.model.ContainerSpec;
import io.swarm4j.testing.CollectedLog;
import io.swarm4j.testing.DockerHosts;
import io.swarm4j.testing.TestTask;
import io.swarm4j.time.RealTime;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A log that is followed goes on as long as its task runs, wherever the engine cuts it. */
@Tag("docker")
@Timeout(120)
class LogCutsTest {
  private static final int CUTS = 7;
  private static final int LINES = 300;

  /** Writes at once, then on a signal of its own, which is its end. */
  private static final String WRITER =
      "i=0; while [ $i -lt 300 ]; do echo $i; echo $i >&2; i=$((i+1)); done;"
          + " trap 'echo last; exit 0' TERM; echo ready; sleep 100000 & wait";

  @RegisterExtension static final DockerHosts HOSTS = DockerHosts.shared(1);

  @TempDir Path dir;

  /** Lets the first requests for logs end early, each a little later than the one before. */
  private static AtomicInteger cut(EngineProxy proxy, int bytes, boolean inGoodOrder) {
    AtomicInteger requests = new AtomicInteger();
    proxy.rule(
        request -> {
          if (!request.contains("/logs?")) {
            return Fate.PASS;
          }
          int number = requests.getAndIncrement();
          if (number == CUTS) {
            return new Fate.Refuse("wedged");
          }
          if (number == CUTS + 1 && inGoodOrder) {
            return new Fate.Empty();
          }
          return number < CUTS ? new Fate.CutAfter((number + 1) * bytes) : Fate.PASS;
        });
    return requests;
  }

  private static List<String> numbers(int from) {
    return IntStream.range(from, LINES).mapToObj(Integer::toString).toList();
  }

  private static List<String> texts(List<CollectedLog.Line> lines, Stream stream) {
    return lines.stream()
        .filter(line -> line.stream() == stream)
        .map(CollectedLog.Line::text)
        .toList();
  }

  @ParameterizedTest
  @CsvSource({"100, -1", "1777, -1", "500, 40"})
  void everyLineComesOnce(int bytes, int tail) throws Exception {
    try (EngineProxy proxy = new EngineProxy(dir.resolve("p"), HOSTS.host(0).socket());
        DockerRuntime runtime =
            DockerRuntime.builder(new RealTime(), "log-cuts-test")
                .engine(proxy.address())
                .build()) {
      Container container =
          runtime.create(
              TestTask.of(ContainerSpec.of("swarm4j/base").withCommand(List.of("sh", "-c", WRITER)))
                  .context());
      container.start().toCompletableFuture().get(60, TimeUnit.SECONDS);
      CollectedLog whole = new CollectedLog();
      try (AutoCloseable reading = container.logs(LogOptions.FOLLOW, whole)) {
        whole.awaitLine("ready");
      }
      AtomicInteger requests = cut(proxy, bytes, tail < 0);
      CollectedLog log = new CollectedLog();
      boolean stderr = tail < 0;
      container.logs(
          new LogOptions(true, tail, tail < 0 ? null : Instant.EPOCH, true, stderr), log);
      log.awaitLine("ready");

      container.stop(Duration.ofSeconds(60)).toCompletableFuture().get(60, TimeUnit.SECONDS);

      List<CollectedLog.Line> lines = log.awaitEnd();
      List<String> out = texts(lines, Stream.STDOUT);
      int from = tail < 0 ? 0 : LINES - tail + 1;
      assertThat(out.subList(0, out.size() - 2)).isEqualTo(numbers(from));
      assertThat(out.subList(out.size() - 2, out.size())).containsExactly("ready", "last");
      assertThat(texts(lines, Stream.STDERR)).isEqualTo(stderr ? numbers(0) : List.of());
      assertThat(requests.get()).isGreaterThan(CUTS + 1);
    }
  }
}
