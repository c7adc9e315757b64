package io.swarm4j;

import static io.swarm4j.SimSwarm.LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.swarm4j.model.NotFoundException;
import io.swarm4j.model.RolloutRecord;
import io.swarm4j.model.RolloutRecord.Kind;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskState;
import io.swarm4j.model.UpdatePolicy;
import io.swarm4j.model.UpdatePolicy.FailureAction;
import io.swarm4j.model.UpdatePolicy.UpdateOrder;
import io.swarm4j.model.UpdatePolicy.WhilePaused;
import io.swarm4j.model.UpdateStatus;
import io.swarm4j.model.UpdateStatus.State;
import io.swarm4j.sim.SimulatedImage;
import io.swarm4j.testing.Feature;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What failures do to a roll-out, and how a spec before comes back. */
class FailedUpdatesTest extends Payroll {
  @Test
  @Feature({"J11", "J12", "J17", "J18", "SC-096"})
  void aFailureInTheMonitorWindowPausesAndTheSlotIsRefilledWithTheNewSpec() {
    create(5, policy(it -> it.monitor(Duration.ofMinutes(1)).delay(Duration.ofSeconds(20))));
    force();
    sim.pass(Duration.ofSeconds(15));
    Task first = slot(1).get(0);

    sim.crash(first, 137);

    UpdateStatus paused = status();
    assertThat(paused.state()).isEqualTo(State.PAUSED);
    assertThat(paused.message())
        .isEqualTo("update paused due to failure or early termination of task " + first.id());
    sim.pass(Duration.ofMinutes(4));
    assertThat(slot(1).get(0).state()).isEqualTo(TaskState.RUNNING);
    assertThat(slot(1).get(0).specVersion()).isEqualTo(services.get("pay").specVersion());
    assertThat(slot(1)).hasSize(3);
    for (int slot = 2; slot <= 5; slot++) {
      assertThat(slot(slot)).hasSize(1);
    }
    assertThat(status()).isEqualTo(paused);
    assertThat(services.await("pay", LONG)).isInstanceOf(Convergence.Paused.class);
    assertThat(record().outcome()).isEqualTo(RolloutRecord.Outcome.PAUSED);
    assertThat(record().cause()).isEqualTo(paused.message());
  }

  @Test
  @Feature("J12")
  void anEndAfterTheMonitorWindowIsAnOrdinaryRepair() {
    create(3, policy(it -> it.monitor(Duration.ofSeconds(30)).delay(Duration.ofSeconds(25))));
    force();
    sim.pass(Duration.ofSeconds(31));
    Task first = slot(1).get(0);

    sim.crash(first, 1);
    sim.pass(Duration.ofMinutes(3));

    assertThat(status().state()).isEqualTo(State.COMPLETED);
    assertThat(sim.running("pay")).hasSize(3);
  }

  @Test
  void aTaskThatCompletesInTheMonitorWindowIsAFailureToo() {
    create(2, UpdatePolicy.DEFAULT);
    force();

    sim.crash(slot(2).get(0), 0);

    assertThat(status().state()).isEqualTo(State.PAUSED);
  }

  @Test
  @Feature({"J19", "SC-097"})
  void anUpdateWithoutAChangeLetsAPausedRollOutGoOn() {
    create(3, policy(it -> it.monitor(Duration.ofMinutes(1)).delay(Duration.ofSeconds(20))));
    force();
    sim.crash(slot(1).get(0), 1);
    sim.pass(Duration.ofMinutes(2));
    assertThat(slot(2)).hasSize(1);

    services.update("pay", spec -> spec);

    assertThat(status().state()).isEqualTo(State.UPDATING);
    assertThat(slot(2)).hasSize(2);
    assertThat(slot(3)).hasSize(1);
    sim.pass(Duration.ofSeconds(20));
    assertThat(slot(3)).hasSize(2);
    sim.converged("pay");
    assertThat(status().state()).isEqualTo(State.COMPLETED);
    assertThat(services.get("pay").rollouts())
        .singleElement()
        .matches(record -> record.outcome() == RolloutRecord.Outcome.COMPLETED);
  }

  @Test
  @Feature("J20")
  void aNewChangeTakesThePlaceOfAPausedRollOut() {
    create(3, UpdatePolicy.DEFAULT);
    sim.behave("payroll:2", SimulatedImage.exits(Duration.ZERO, 1));
    image("payroll:2");
    sim.pass(Duration.ofSeconds(30));
    assertThat(status().state()).isEqualTo(State.PAUSED);

    image("payroll:3");
    sim.converged("pay");

    assertThat(on("payroll:3")).isEqualTo(3);
    assertThat(services.get("pay").rollouts())
        .extracting(RolloutRecord::outcome)
        .containsExactly(RolloutRecord.Outcome.COMPLETED, RolloutRecord.Outcome.SUPERSEDED);
  }

  @Test
  @Feature({"J11", "SC-098"})
  void continueGoesOnWhateverHappens() {
    create(3, policy(it -> it.failureAction(FailureAction.CONTINUE)));
    sim.behave("payroll:2", SimulatedImage.exits(Duration.ofSeconds(1), 1));

    image("payroll:2");
    sim.pass(Duration.ofSeconds(10));

    assertThat(status().state()).isEqualTo(State.COMPLETED);
    assertThat(sim.wanted("pay")).allMatch(task -> imageOf(task).equals("payroll:2"));
  }

  @Test
  @Feature({"J11", "J22", "SC-098"})
  void rollbackBringsTheSpecBeforeBackUnderItsOwnPolicyAndIsReportedAsAFailure() {
    create(5, policy(it -> it.failureAction(FailureAction.ROLLBACK).parallelism(2)));
    services.update(
        "pay",
        spec -> spec.withRollback(policy(it -> it.parallelism(1).delay(Duration.ofSeconds(30)))));
    sim.behave("payroll:2", SimulatedImage.exits(Duration.ofSeconds(1), 1));

    image("payroll:2");
    sim.pass(Duration.ofSeconds(1));

    UpdateStatus started = status();
    assertThat(started.state()).isEqualTo(State.ROLLBACK_STARTED);
    assertThat(started.message())
        .startsWith("update rolled back due to failure or early termination of task ");
    assertThat(services.get("pay").spec().task().container().image()).isEqualTo("payroll:1");
    assertThat(services.get("pay").previousSpec()).isNull();
    Convergence outcome = services.await("pay", Duration.ofMinutes(5));
    assertThat(outcome).isInstanceOf(Convergence.RolledBack.class);
    assertThat(((Convergence.RolledBack) outcome).why()).isEqualTo(started.message());
    assertThat(status().state()).isEqualTo(State.ROLLBACK_COMPLETED);
    assertThat(status().message()).isEqualTo("rollback completed");
    assertThat(on("payroll:1")).isEqualTo(5);
    assertThat(services.get("pay").rollouts())
        .extracting(RolloutRecord::kind, RolloutRecord::outcome)
        .containsExactly(
            tuple(Kind.AUTOMATIC_ROLLBACK, RolloutRecord.Outcome.COMPLETED),
            tuple(Kind.UPDATE, RolloutRecord.Outcome.FAILED));
    services.scale("pay", 6);
    assertThat(services.await("pay", LONG)).matches(Convergence::isConverged);
    assertThat(services.get("pay").rollouts()).hasSize(2);
  }

  @Test
  void aRollbackIsNeverRolledBack() {
    UpdatePolicy policy = policy(it -> it.failureAction(FailureAction.ROLLBACK));
    create(3, policy);
    services.update("pay", spec -> spec.withRollback(policy));
    sim.behave("payroll", SimulatedImage.exits(Duration.ofSeconds(1), 1));

    image("payroll:2");
    sim.pass(LONG);

    assertThat(status().state()).isEqualTo(State.ROLLBACK_PAUSED);
    assertThat(status().message())
        .startsWith("rollback paused due to failure or early termination of task ");
    sim.pass(LONG);
    assertThat(status().state()).isEqualTo(State.ROLLBACK_PAUSED);
  }

  @Test
  @Feature({"J13", "SC-098"})
  void failuresUpToTheRatioAreTolerated() {
    create(5, policy(it -> it.maxFailureRatio(0.2).monitor(Duration.ofSeconds(30))));
    force();
    sim.crash(slot(1).get(0), 1);
    assertThat(status().state()).isEqualTo(State.UPDATING);

    sim.crash(slot(2).get(0), 1);

    assertThat(status().state()).isEqualTo(State.PAUSED);
    create("other", 5, policy(it -> it.maxFailureRatio(0.2).monitor(Duration.ofSeconds(30))));
    services.update("other", Payroll::forced);
    sim.crash(services.tasks("other").get(0), 1);
    sim.pass(LONG);
    assertThat(Objects.requireNonNull(services.get("other").updateStatus()).state())
        .isEqualTo(State.COMPLETED);
  }

  @Test
  @Feature({"J21", "SC-092"})
  void aManualRollbackTogglesEvenAScaleAndIsNoFailure() {
    create(1, UpdatePolicy.DEFAULT);
    services.scale("pay", 2);
    sim.converged("pay");

    for (int replicas : List.of(1, 2, 1)) {
      services.rollback("pay");
      assertThat(services.await("pay", LONG)).matches(Convergence::isConverged);
      assertThat(sim.running("pay")).hasSize(replicas);
      assertThat(status().state()).isEqualTo(State.ROLLBACK_COMPLETED);
    }
  }

  @Test
  @Feature({"J21", "J22"})
  void aManualRollbackIsRolledOutUnderTheRollbackPolicy() {
    create(2, policy(it -> it.parallelism(0)));
    services.update(
        "pay", spec -> spec.withRollback(policy(it -> it.delay(Duration.ofSeconds(10)))));
    image("payroll:2");
    sim.converged("pay");

    services.rollback("pay");

    assertThat(status().message()).isEqualTo("manually requested rollback");
    assertThat(on("payroll:1")).isEqualTo(1);
    sim.pass(Duration.ofSeconds(10));
    assertThat(on("payroll:1")).isEqualTo(2);
    assertThat(record().kind()).isEqualTo(Kind.ROLLBACK);
  }

  @Test
  void anySpecThatIsKeptCanBeBroughtBack() {
    create(2, UpdatePolicy.DEFAULT);
    for (int tag = 2; tag <= 5; tag++) {
      image("payroll:" + tag);
      sim.converged("pay");
    }

    services.rollbackTo("pay", 2);
    sim.converged("pay");

    assertThat(on("payroll:2")).isEqualTo(2);
    services.rollback("pay");
    sim.converged("pay");
    assertThat(on("payroll:5")).isEqualTo(2);
    assertThatThrownBy(() -> services.rollbackTo("pay", 99))
        .isInstanceOf(NotFoundException.class)
        .hasMessageContaining("keeps no spec of version 99")
        .hasMessageContaining("[6, 5, 4, 3, 2, 1]");
  }

  @Test
  void startFirstRetiresTheOldTaskEvenIfTheRollOutWasPausedMeanwhile() {
    sim.behave("payroll:2", SimulatedImage.builder().startDelay(Duration.ofSeconds(10)).build());
    create(3, policy(it -> it.order(UpdateOrder.START_FIRST).parallelism(2)));
    image("payroll:2");
    sim.pass(Duration.ofSeconds(10));
    sim.crash(slot(1).get(0), 1);

    assertThat(status().state()).isEqualTo(State.PAUSED);
    assertThat(slot(3)).as("begun").hasSize(2).allMatch(Task::isDesiredAlive);
    sim.pass(LONG);

    assertThat(sim.wanted("pay")).hasSize(3);
    assertThat(on("payroll:2")).isEqualTo(3);
  }

  @Test
  void aPolicyMayHoldTheFailedSlotWhileTheRollOutIsPaused() {
    create(3, policy(it -> it.whilePaused(WhilePaused.HOLD).delay(Duration.ofSeconds(5))));
    sim.behave("payroll:2", SimulatedImage.exits(Duration.ofSeconds(1), 1));
    image("payroll:2");
    sim.pass(LONG);
    assertThat(status().state()).isEqualTo(State.PAUSED);
    assertThat(slot(1)).hasSize(2);
    assertThat(sim.running("pay")).hasSize(2);
    sim.crash(slot(3).get(0), 1); // of the old spec: an ordinary repair
    sim.pass(LONG);
    assertThat(on("payroll:1")).isEqualTo(1);

    sim.behave("payroll:2", SimulatedImage.INSTANT);
    services.update("pay", spec -> spec);
    sim.converged("pay");

    assertThat(on("payroll:2")).isEqualTo(3);
  }

  @Test
  void aRollOutWithoutProgressFailsAtItsDeadline() {
    sim.behave("payroll:2", SimulatedImage.builder().startDelay(Duration.ofHours(1)).build());
    create(3, policy(it -> it.progressDeadline(Duration.ofMinutes(2))));

    image("payroll:2");
    sim.pass(Duration.ofSeconds(119));
    assertThat(status().state()).isEqualTo(State.UPDATING);
    sim.pass(Duration.ofSeconds(1));

    assertThat(status().state()).isEqualTo(State.PAUSED);
    assertThat(status().message()).isEqualTo("update paused due to no progress for PT2M");
  }
}
