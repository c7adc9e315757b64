package io.swarm4j.docker;

import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.agent.Container;
import io.swarm4j.model.ContainerSpec;
import io.swarm4j.testing.DockerHosts;
import io.swarm4j.testing.DockerHosts.EngineAction;
import io.swarm4j.testing.DockerHosts.Host;
import io.swarm4j.testing.TestTask;
import io.swarm4j.time.RealTime;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** An engine that dies, hangs or comes back loses no task and no step. */
@Tag("docker")
@Timeout(240)
class EngineOutageTest {
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);

  @RegisterExtension static final DockerHosts HOSTS = DockerHosts.own(1, "--live-restore");

  private final Host host = HOSTS.host(0);

  private DockerRuntime open() {
    return DockerRuntime.builder(new RealTime(), "outage-test")
        .engine(EngineAddress.of(host.uri()))
        .answerLimit(Duration.ofSeconds(3))
        .signsOfLife(Duration.ofSeconds(1))
        .build();
  }

  private static TestTask sleeper() {
    return TestTask.of(
        ContainerSpec.of("swarm4j/base")
            .withCommand(List.of("sh", "-c", "trap 'exit 5' TERM; sleep 100000 & wait")));
  }

  private static <T> T await(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(90, TimeUnit.SECONDS);
  }

  private static void awaitThat(BooleanSupplier condition) throws InterruptedException {
    long end = System.nanoTime() + PATIENCE_NANOS;
    while (!condition.getAsBoolean() && System.nanoTime() < end) {
      new CountDownLatch(1).await(50, TimeUnit.MILLISECONDS);
    }
    assertThat(condition.getAsBoolean()).isTrue();
  }

  @Test
  void tasksOutliveADeadEngineAndStepsGoOnWhenItIsBack() throws Exception {
    try (DockerRuntime runtime = open()) {
      Container running = runtime.create(sleeper().context());
      await(running.start());
      Container ending = runtime.create(sleeper().context());
      await(ending.start());
      HOSTS.engine(host, EngineAction.KILL);
      awaitThat(() -> runtime.outage().isPresent());

      assertThat(runtime.outage().orElseThrow()).contains(host.socket().toString());
      Container begun = runtime.create(sleeper().context());
      CompletionStage<?> start = begun.start();
      CompletionStage<Void> stop = ending.stop(Duration.ofSeconds(30));
      assertThat(start.toCompletableFuture()).isNotDone();
      HOSTS.engine(host, EngineAction.START);

      await(start);
      await(stop);
      awaitThat(() -> runtime.outage().isEmpty());
      assertThat(await(ending.exit()).code()).isEqualTo(5);
      assertThat(running.exit().toCompletableFuture()).isNotDone();
      assertThat(begun.exit().toCompletableFuture()).isNotDone();
    }
    assertThat(host.docker("ps", "-aq")).isEmpty();
  }

  @Test
  void endDuringAnOutageIsSeenAfterIt() throws Exception {
    try (DockerRuntime runtime = open()) {
      Container container = runtime.create(sleeper().context());
      long pid = await(container.start()).pid();
      HOSTS.engine(host, EngineAction.KILL);
      awaitThat(() -> runtime.outage().isPresent());

      ProcessHandle.of(pid).orElseThrow().destroyForcibly();
      HOSTS.engine(host, EngineAction.START);

      assertThat(await(container.exit()).code()).isEqualTo(137);
    }
  }

  @Test
  void engineThatHangsIsAnOutage() throws Exception {
    try (DockerRuntime runtime = open()) {
      Container container = runtime.create(sleeper().context());
      await(container.start());
      HOSTS.engine(host, EngineAction.FREEZE);
      awaitThat(() -> runtime.outage().isPresent());

      CompletionStage<Void> stop = container.stop(Duration.ofSeconds(30));
      assertThat(stop.toCompletableFuture()).isNotDone();
      HOSTS.engine(host, EngineAction.THAW);

      await(stop);
      awaitThat(() -> runtime.outage().isEmpty());
    }
    assertThat(host.docker("ps", "-aq")).isEmpty();
  }
}
