package io.swarm4j.docker;

import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.agent.Container;
import io.swarm4j.agent.LogOptions;
import io.swarm4j.agent.TaskContext;
import io.swarm4j.model.ContainerSpec;
import io.swarm4j.model.FileTarget;
import io.swarm4j.model.Payload;
import io.swarm4j.testing.CollectedLog;
import io.swarm4j.testing.DockerHosts;
import io.swarm4j.testing.DockerHosts.Host;
import io.swarm4j.testing.Feature;
import io.swarm4j.testing.TestTask;
import io.swarm4j.time.RealTime;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A runtime that is gone at any point of a container's life leaves neither orphan nor double. */
@Tag("docker")
@Timeout(180)
class DockerRecoveryTest {
  private static final String OWNER = "recovery-test";

  @RegisterExtension static final DockerHosts HOSTS = DockerHosts.shared(1);

  /** Points at which the first life ends. */
  enum End {
    BEFORE_CREATE,
    CREATED,
    STARTED,
    STOPPING,
    ENDED
  }

  private final Host host = HOSTS.host(0);

  private DockerRuntime open() {
    return DockerRuntime.builder(new RealTime(), OWNER)
        .engine(EngineAddress.of(host.uri()))
        .build();
  }

  @AfterEach
  void nothingIsLeft() throws Exception {
    try (DockerRuntime last = open()) {
      for (Container container : await(last.recover())) {
        await(container.remove());
      }
    }
    assertThat(containers()).isEmpty();
  }

  private List<String> containers() {
    return host.docker("ps", "-aq", "--filter", "label=io.swarm4j.owner=" + OWNER).lines().toList();
  }

  private static <T> T await(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(60, TimeUnit.SECONDS);
  }

  private static TaskContext task() {
    return TestTask.of(
            ContainerSpec.of("swarm4j/base")
                .withCommand(
                    List.of("sh", "-c", "trap 'exit 5' TERM; echo ready; sleep 100000 & wait")))
        .secret(FileTarget.of("pass"), Payload.of("x"))
        .context();
  }

  /** A first life up to a point; the container's exit code if it has ended. */
  private void live(TaskContext task, End end) throws Exception {
    DockerRuntime first = open();
    Container container = first.create(task);
    if (end.compareTo(End.CREATED) >= 0) {
      await(container.prepare());
    }
    if (end.compareTo(End.STARTED) >= 0) {
      await(container.start());
      CollectedLog log = new CollectedLog();
      try (AutoCloseable reading = container.logs(LogOptions.FOLLOW, log)) {
        log.awaitLine("ready");
      }
    }
    if (end == End.STOPPING) {
      host.docker("pause", container(task)); // the signal will resume it, by and by
      container.stop(Duration.ofHours(1));
    }
    first.detach();
    if (end == End.ENDED) {
      host.docker("stop", container(task));
    }
  }

  private static String container(TaskContext task) {
    return ContainerNames.of(task);
  }

  @ParameterizedTest
  @EnumSource(End.class)
  @Feature("F03")
  void nextLifeKnowsWhatThereIs(End end) throws Exception {
    TaskContext task = task();
    live(task, end);

    try (DockerRuntime next = open()) {
      List<Container> found = await(next.recover());

      if (end.compareTo(End.STARTED) < 0) {
        assertThat(found).isEmpty();
        assertThat(containers()).isEmpty();
        Container again = next.create(task); // the manager still wants it
        await(again.start());
        assertThat(containers()).hasSize(1);
        return;
      }
      assertThat(found).extracting(Container::task).containsExactly(task.task().id());
      assertThat(containers()).hasSize(1);
      Container container = found.get(0);
      if (end == End.ENDED) {
        assertThat(await(container.exit()).code()).isEqualTo(5);
      } else {
        if (end == End.STARTED) {
          assertThat(container.exit().toCompletableFuture()).isNotDone();
        }
        await(container.stop(Duration.ofSeconds(30)));
        assertThat(await(container.exit()).code()).isEqualTo(5);
      }
      CollectedLog log = new CollectedLog();
      container.logs(LogOptions.ALL, log);
      assertThat(log.awaitEnd()).extracting(CollectedLog.Line::text).contains("ready");
    }
  }

  @Test
  void containersOfAnotherNodeOnTheSameEngineAreLeftAlone() throws Exception {
    try (DockerRuntime other =
        DockerRuntime.builder(new RealTime(), OWNER + "-other")
            .engine(EngineAddress.of(host.uri()))
            .build()) {
      Container container = other.create(task());
      await(container.start());

      try (DockerRuntime next = open()) {
        assertThat(await(next.recover())).isEmpty();
      }

      assertThat(container.exit().toCompletableFuture()).isNotDone();
    }
  }
}
