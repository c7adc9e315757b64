package io.swarm4j.docker;

import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.Convergence;
import io.swarm4j.Swarm;
import io.swarm4j.docker.EngineProxy.Fate;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.testing.DockerHosts;
import io.swarm4j.testing.DockerHosts.Host;
import io.swarm4j.testing.Feature;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A JVM with a whole swarm is killed, and its next life knows its containers. */
@Tag("docker")
@Timeout(240)
class AgentDeathTest {
  @RegisterExtension static final DockerHosts HOSTS = DockerHosts.shared(1);

  @TempDir Path dir;

  private final Host host = HOSTS.host(0);

  /** A swarm on an engine: its address and a data folder are the arguments, and the replicas. */
  static final class Life {
    public static void main(String[] args) throws Exception {
      try (Swarm swarm =
          Swarm.builder()
              .dataDirectory(Path.of(args[1]))
              .network(false)
              .runtime(
                  (node, time, loop) ->
                      DockerRuntime.builder(time, "death-test")
                          .engine(EngineAddress.of(args[0]))
                          .build())
              .start()) {
        ServiceSpec web = ServiceSpec.of("web", "swarm4j/customer");
        if (swarm.services().list().isEmpty()) {
          swarm.services().create(web);
        }
        swarm.services().scale("web", Integer.parseInt(args[2]));
        Convergence outcome = swarm.services().await("web", Duration.ofSeconds(60));
        System.out.println(outcome.isConverged() ? "ready" : outcome);
        System.in.read();
      }
    }
  }

  private Process live(String engine, int replicas) throws Exception {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            Life.class.getName(),
            engine,
            dir.resolve("data").toString(),
            Integer.toString(replicas))
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  private static void awaitReady(Process life) throws Exception {
    BufferedReader output =
        new BufferedReader(new InputStreamReader(life.getInputStream(), StandardCharsets.UTF_8));
    assertThat(output.readLine()).isEqualTo("ready");
  }

  private static void kill(Process life) throws Exception {
    life.destroyForcibly();
    assertThat(life.waitFor(30, TimeUnit.SECONDS)).isTrue();
  }

  private List<String> containers() {
    return host.docker("ps", "-aq", "--filter", "label=io.swarm4j.owner=death-test")
        .lines()
        .sorted()
        .toList();
  }

  @Test
  @Feature("F03")
  void aKilledJvmLeavesItsContainersToTheNext() throws Exception {
    try (EngineProxy proxy = new EngineProxy(dir.resolve("proxy.sock"), host.socket())) {
      Process first = live(host.uri(), 2);
      awaitReady(first);
      List<String> running = containers();
      kill(first);
      assertThat(containers()).isEqualTo(running).hasSize(2);

      CountDownLatch between = new CountDownLatch(1);
      proxy.rule(
          request -> {
            if (!request.endsWith("/start")) {
              return Fate.PASS;
            }
            between.countDown();
            return new Fate.Hold(new CountDownLatch(1));
          });
      Process second = live(proxy.address().toString(), 3);
      assertThat(between.await(60, TimeUnit.SECONDS)).isTrue();
      kill(second);
      assertThat(containers()).containsAll(running).hasSize(3); // created, and not started

      Process third = live(host.uri(), 3);
      awaitReady(third);
      assertThat(containers()).containsAll(running).hasSize(3);
      third.getOutputStream().close();
      assertThat(third.waitFor(60, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(containers()).isEmpty();
  }
}
