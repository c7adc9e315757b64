package io.swarm4j.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.agent.protocol.Assignment;
import io.swarm4j.model.HealthCheck;
import io.swarm4j.model.HealthCheck.Probe;
import io.swarm4j.model.HealthCheckBuilder;
import io.swarm4j.model.Reason;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.TaskState;
import io.swarm4j.testing.Feature;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class HealthTest {
  private static final HealthCheck EVERY_5_S =
      HealthCheckBuilder.builder()
          .probe(new Probe.Shell("true"))
          .interval(Duration.ofSeconds(5))
          .build();

  private final FakeManager manager = new FakeManager().start();

  @Test
  @Feature({"N05", "N09", "N13", "N15"})
  void aTaskStartsUntilTheFirstProbeSucceedsAfterOneInterval() {
    Assignment task = assign(EVERY_5_S);

    assertThat(manager.state(task)).isEqualTo(TaskState.STARTING);
    assertThat(manager.status(task).reason()).isInstanceOf(Reason.AwaitingHealth.class);
    manager.time.advance(Duration.ofMillis(4_999));
    assertThat(manager.runtime.probes).isZero();
    manager.time.advance(Duration.ofMillis(1));
    assertThat(manager.runtime.probes).isEqualTo(1);
    assertThat(manager.state(task)).isEqualTo(TaskState.RUNNING);
  }

  @Test
  @Feature({"N07", "N11", "N14"})
  void threeFailuresInARowEndTheTask() {
    Assignment task = assign(EVERY_5_S);
    manager.passSeconds(5);
    manager.runtime.healthy = false;

    manager.passSeconds(14);
    assertThat(manager.state(task)).isEqualTo(TaskState.RUNNING);
    manager.passSeconds(1);

    assertThat(manager.state(task)).isEqualTo(TaskState.FAILED);
    assertThat(manager.status(task).reason()).isEqualTo(new Reason.Unhealthy(3, ""));
    assertThat(manager.status(task).err())
        .isEqualTo("task: non-zero exit (137): unhealthy container");
    assertThat(manager.runtime.running()).isEmpty();
  }

  @Test
  void anUnhealthyTaskThatCanNotBeStoppedInGoodOrderHasFailedAllTheSame() {
    Assignment task = assign(EVERY_5_S);
    manager.runtime.healthy = false;
    manager.runtime.stopFails = new IllegalStateException("no longer there");

    manager.passSeconds(15);

    assertThat(manager.state(task)).isEqualTo(TaskState.FAILED);
  }

  @Test
  @Feature("N20")
  void aSuccessEndsTheRowOfFailures() {
    Assignment task = assign(EVERY_5_S);
    for (int i = 0; i < 10; i++) {
      manager.runtime.healthy = false;
      manager.passSeconds(10);
      manager.runtime.healthy = true;
      manager.passSeconds(5);
    }

    assertThat(manager.state(task)).isEqualTo(TaskState.RUNNING);
  }

  @Test
  void aTaskThatIsNeverHealthyFailsWithoutEverRunning() {
    manager.runtime.healthy = false;
    Assignment task = assign(EVERY_5_S.withRetries(2));

    manager.passSeconds(5);
    assertThat(manager.state(task)).isEqualTo(TaskState.STARTING);
    manager.passSeconds(5);

    assertThat(manager.state(task)).isEqualTo(TaskState.FAILED);
  }

  @Test
  void failuresInTheStartPeriodDoNotCountAndAreRetriedSooner() {
    manager.runtime.healthy = false;
    Assignment task =
        assign(
            EVERY_5_S
                .withStartPeriod(Duration.ofSeconds(60))
                .withStartInterval(Duration.ofSeconds(1)));

    manager.passSeconds(59);
    assertThat(manager.runtime.probes).isEqualTo(59);
    assertThat(manager.state(task)).isEqualTo(TaskState.STARTING);
    manager.passSeconds(1 + 5 + 5);
    assertThat(manager.state(task)).isEqualTo(TaskState.FAILED);
  }

  @Test
  void afterTheFirstSuccessFailuresCountInTheStartPeriodToo() {
    Assignment task = assign(EVERY_5_S.withStartPeriod(Duration.ofMinutes(10)));
    manager.passSeconds(5);
    assertThat(manager.state(task)).isEqualTo(TaskState.RUNNING);

    manager.runtime.healthy = false;
    manager.passSeconds(15);

    assertThat(manager.state(task)).isEqualTo(TaskState.FAILED);
  }

  @Test
  @Feature({"N01", "N21"})
  void theImagesCheckAppliesUnlessTheSpecSaysOtherwise() {
    manager.runtime.imageHealth = Optional.of(EVERY_5_S);

    Assignment plain = assign(null);
    Assignment disabled = assign(HealthCheck.DISABLED);

    assertThat(manager.state(plain)).isEqualTo(TaskState.STARTING);
    assertThat(manager.state(disabled)).isEqualTo(TaskState.RUNNING);
    manager.passSeconds(5);
    assertThat(manager.state(plain)).isEqualTo(TaskState.RUNNING);
  }

  @Test
  @Feature({"N16", "I09"})
  void withoutACheckNothingIsProbed() {
    Assignment task = assign(null);
    manager.runtime.healthy = false;
    manager.passSeconds(600);

    assertThat(manager.state(task)).isEqualTo(TaskState.RUNNING);
    assertThat(manager.runtime.probes).isZero();
  }

  @Test
  void aStoppedTaskIsProbedNoMore() {
    Assignment task = assign(EVERY_5_S);
    manager.runtime.stopTakes = Duration.ofSeconds(60);

    manager.assign(false, manager.desire(task, TaskState.SHUTDOWN));
    manager.passSeconds(120);

    assertThat(manager.runtime.probes).isZero();
    assertThat(manager.state(task)).isEqualTo(TaskState.SHUTDOWN);
  }

  @Test
  void aContainerThatOutlivedTheAgentIsProbedAsBefore() {
    Assignment task = assign(EVERY_5_S);
    manager.passSeconds(5);
    Assignment known = manager.desire(task, TaskState.RUNNING);
    manager.restartAgent();
    manager.assign(true, known);

    manager.runtime.healthy = false;
    manager.passSeconds(15);

    assertThat(manager.state(task)).isEqualTo(TaskState.FAILED);
  }

  private Assignment assign(HealthCheck check) {
    ServiceSpec spec = ServiceSpec.of("web", "nginx");
    Assignment task =
        manager.newTask(
            spec.withTask(spec.task().withContainer(spec.task().container().withHealth(check))));
    manager.assign(false, task);
    return task;
  }
}
