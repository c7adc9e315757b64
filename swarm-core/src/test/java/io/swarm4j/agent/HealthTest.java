package io.swarm4j.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.agent.protocol.Assignment;
import io.swarm4j.agent.protocol.ToManager;
import io.swarm4j.model.HealthCheck;
import io.swarm4j.model.HealthCheck.Probe;
import io.swarm4j.model.HealthCheckBuilder;
import io.swarm4j.model.Probes;
import io.swarm4j.model.Reason;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.TaskHealth;
import io.swarm4j.model.TaskHealth.State;
import io.swarm4j.model.TaskState;
import io.swarm4j.testing.Feature;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class HealthTest {
  private static final HealthCheck EVERY_5_S =
      HealthCheckBuilder.builder()
          .probe(new Probe.Shell("true"))
          .interval(Duration.ofSeconds(5))
          .build();

  private static final Probe STARTUP = new Probe.Tcp(1);
  private static final Probe READINESS = new Probe.Tcp(2);
  private static final Probe LIVENESS = new Probe.Tcp(3);

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
  @Feature({"N01", "N21", "SC-154"})
  void theImagesCheckAppliesUnlessTheSpecSaysOtherwise() {
    manager.runtime.imageHealth = Optional.of(EVERY_5_S);

    Assignment plain = assign((HealthCheck) null);
    Assignment disabled = assign(HealthCheck.DISABLED);

    assertThat(manager.state(plain)).isEqualTo(TaskState.STARTING);
    assertThat(manager.state(disabled)).isEqualTo(TaskState.RUNNING);
    manager.passSeconds(5);
    assertThat(manager.state(plain)).isEqualTo(TaskState.RUNNING);
  }

  @Test
  @Feature({"N16", "I09"})
  void withoutACheckNothingIsProbed() {
    Assignment task = assign((HealthCheck) null);
    manager.runtime.healthy = false;
    manager.passSeconds(600);

    assertThat(manager.state(task)).isEqualTo(TaskState.RUNNING);
    assertThat(manager.runtime.probes).isZero();
  }

  @Test
  @Feature({"N08", "N10", "SC-153"})
  void aTaskWithoutACheckHasNoHealth() {
    manager.runtime.imageHealth = Optional.of(EVERY_5_S);

    Assignment task = assign(HealthCheck.DISABLED);
    manager.passSeconds(600);

    assertThat(manager.runtime.probes).isZero();
    assertThat(manager.status(task).health()).isNull();
    assertThat(manager.status(task).isReady()).isTrue();
  }

  @Test
  @Feature({"N09", "N10", "N19"})
  void theHealthOfATaskIsOnTheTaskWithItsLastResults() {
    Assignment task = assign(EVERY_5_S.withRetries(4));
    assertThat(health(task)).isEqualTo(TaskHealth.STARTING);
    manager.passSeconds(5);
    assertThat(health(task).state()).isEqualTo(State.HEALTHY);
    assertThat(health(task).ready()).isTrue();
    manager.runtime.healthy = false;
    manager.runtime.complaint = "x".repeat(2 * TaskHealth.MOST_OUTPUT);

    for (int streak = 1; streak <= 3; streak++) {
      manager.passSeconds(5);
      assertThat(health(task).failingStreak()).isEqualTo(streak);
      assertThat(health(task).state()).isEqualTo(State.HEALTHY);
    }
    TaskHealth.Result last = health(task).log().get(3);
    assertThat(last.check()).isEqualTo("health");
    assertThat(last.exitCode()).isEqualTo(1);
    assertThat(last.end()).isEqualTo(manager.time.now());
    assertThat(last.output()).hasSize(TaskHealth.MOST_OUTPUT);

    manager.passSeconds(5);
    assertThat(health(task).state()).isEqualTo(State.UNHEALTHY);
    assertThat(health(task).log()).hasSize(TaskHealth.MOST_RESULTS);
    assertThat(manager.state(task)).isEqualTo(TaskState.FAILED);
  }

  @Test
  void healthIsReportedWhenItChangesAndNotWithEveryProbe() {
    Assignment task = assign(EVERY_5_S);
    manager.passSeconds(5);
    manager.heard.clear();

    manager.passSeconds(600);

    assertThat(manager.heard).noneMatch(ToManager.Report.class::isInstance);
    assertThat(health(task).log()).hasSize(1);
  }

  @Test
  @Feature("N06")
  void aProbeThatIsNotAnsweredHasFailedAndIsNotAskedAgain() {
    manager.runtime.probesHang = true;
    Assignment task = assign(EVERY_5_S.withTimeout(Duration.ofSeconds(2)));
    Assignment other = assign((HealthCheck) null);

    manager.passSeconds(5 + 3);
    assertThat(health(task).failingStreak()).isEqualTo(1);
    assertThat(health(task).log().get(0).output()).isEqualTo("no answer within PT2S");
    manager.passSeconds(5 + 5);

    assertThat(manager.runtime.probes).isEqualTo(1);
    assertThat(manager.state(task)).isEqualTo(TaskState.FAILED);
    assertThat(manager.state(other)).isEqualTo(TaskState.RUNNING);
  }

  @Test
  void theOtherChecksWaitForTheStartupCheck() {
    manager.runtime.failing.add(STARTUP);
    Assignment task =
        assign(
            new Probes(
                check(STARTUP).withRetries(10), check(READINESS).withRetries(1), check(LIVENESS)));
    manager.passSeconds(45);
    assertThat(manager.runtime.probes).isEqualTo(9);
    assertThat(manager.state(task)).isEqualTo(TaskState.STARTING);

    manager.runtime.failing.clear();
    manager.passSeconds(5);
    assertThat(manager.state(task)).isEqualTo(TaskState.STARTING);
    assertThat(manager.runtime.probes).isEqualTo(10);
    manager.passSeconds(5);

    assertThat(manager.state(task)).isEqualTo(TaskState.RUNNING);
    assertThat(manager.runtime.probes).isEqualTo(12);
  }

  @Test
  void aTaskThatDoesNotComeUpHasFailed() {
    manager.runtime.failing.add(STARTUP);
    manager.runtime.complaint = "not yet";
    Assignment task = assign(new Probes(check(STARTUP), null, null));

    manager.passSeconds(15);

    assertThat(manager.state(task)).isEqualTo(TaskState.FAILED);
    assertThat(manager.status(task).reason())
        .isEqualTo(new Reason.Unhealthy(3, "startup: not yet"));
  }

  @Test
  @Feature("N15")
  void aFailedReadinessCheckWithdrawsATaskAndDoesNotEndIt() {
    Assignment task = assign(new Probes(null, check(READINESS), null));
    assertThat(manager.state(task)).isEqualTo(TaskState.STARTING);
    manager.passSeconds(5);
    assertThat(manager.status(task).isReady()).isTrue();

    manager.runtime.failing.add(READINESS);
    manager.passSeconds(600);
    assertThat(manager.state(task)).isEqualTo(TaskState.RUNNING);
    assertThat(manager.status(task).isReady()).isFalse();
    assertThat(health(task).failingStreak()).isEqualTo(3);

    manager.runtime.failing.clear();
    manager.passSeconds(5);
    assertThat(manager.status(task).isReady()).isTrue();
    assertThat(health(task).state()).isEqualTo(State.HEALTHY);
  }

  @Test
  void aFailedLivenessCheckEndsATaskThatRunsWithoutWaitingForIt() {
    Assignment task = assign(new Probes(null, null, check(LIVENESS)));
    assertThat(manager.state(task)).isEqualTo(TaskState.RUNNING);
    assertThat(manager.status(task).isReady()).isTrue();
    manager.passSeconds(30);

    manager.runtime.failing.add(LIVENESS);
    manager.passSeconds(15);

    assertThat(manager.state(task)).isEqualTo(TaskState.FAILED);
  }

  @Test
  void aTaskThatOutlivedItsAgentKeepsItsTraffic() {
    Assignment task = assign(new Probes(check(STARTUP), check(READINESS), null));
    manager.passSeconds(10);
    assertThat(manager.status(task).isReady()).isTrue();
    Assignment known = manager.desire(task, TaskState.RUNNING);

    manager.restartAgent();
    manager.assign(true, known);
    manager.passSeconds(1);

    assertThat(manager.status(task).isReady()).isTrue();
    manager.runtime.failing.add(STARTUP);
    manager.passSeconds(60);
    assertThat(manager.status(task).isReady()).isTrue();
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

  private static HealthCheck check(Probe probe) {
    return EVERY_5_S.withProbe(probe);
  }

  private TaskHealth health(Assignment task) {
    return Objects.requireNonNull(manager.status(task).health());
  }

  private Assignment assign(Probes probes) {
    ServiceSpec spec = ServiceSpec.of("web", "nginx");
    Assignment task =
        manager.newTask(
            spec.withTask(spec.task().withContainer(spec.task().container().withProbes(probes))));
    manager.assign(false, task);
    return task;
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
