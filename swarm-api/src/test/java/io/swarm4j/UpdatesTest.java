package io.swarm4j;

import static io.swarm4j.SimSwarm.LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.swarm4j.event.SwarmEvent;
import io.swarm4j.model.ContainerSpecBuilder;
import io.swarm4j.model.EndpointSpec;
import io.swarm4j.model.HealthCheck;
import io.swarm4j.model.Node.Availability;
import io.swarm4j.model.NotFoundException;
import io.swarm4j.model.Placement;
import io.swarm4j.model.PortSpec;
import io.swarm4j.model.ResourceRequirements;
import io.swarm4j.model.Resources;
import io.swarm4j.model.RestartPolicy;
import io.swarm4j.model.RolloutRecord;
import io.swarm4j.model.RolloutRecord.Kind;
import io.swarm4j.model.Service;
import io.swarm4j.model.ServiceMode;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.SlotKey;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskId;
import io.swarm4j.model.TaskState;
import io.swarm4j.model.UpdatePolicy;
import io.swarm4j.model.UpdatePolicy.FailureAction;
import io.swarm4j.model.UpdatePolicy.UpdateOrder;
import io.swarm4j.model.UpdatePolicy.WhilePaused;
import io.swarm4j.model.UpdatePolicyBuilder;
import io.swarm4j.model.UpdateStatus;
import io.swarm4j.model.UpdateStatus.State;
import io.swarm4j.sim.SimulatedImage;
import io.swarm4j.testing.Feature;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class UpdatesTest {
  private static final Duration A_MOMENT = Duration.ofMillis(1);

  private final SimSwarm sim = SimSwarm.workers(4);
  private final Services services = sim.services();

  @AfterEach
  void close() {
    sim.close();
  }

  @Test
  @Feature({"J01", "J02", "J07", "J28", "SC-082"})
  void aChangedImageReplacesOneTaskAfterTheOtherInItsSlot() {
    sim.behave("payroll", SimulatedImage.builder().startDelay(Duration.ofSeconds(1)).build());
    create(5, UpdatePolicy.DEFAULT);
    List<TaskId> old = sim.running("pay").stream().map(Task::id).toList();

    image("payroll:2");
    for (int second = 1; second <= 5; second++) {
      assertThat(sim.running("pay")).hasSize(4);
      sim.pass(Duration.ofSeconds(1));
      assertThat(on("payroll:2")).isEqualTo(second);
    }

    assertThat(sim.running("pay")).hasSize(5).extracting(Task::id).doesNotContainAnyElementsOf(old);
    for (int slot = 1; slot <= 5; slot++) {
      List<Task> tasks = slot(slot);
      assertThat(tasks)
          .extracting(Task::state)
          .containsExactly(TaskState.RUNNING, TaskState.SHUTDOWN);
      assertThat(tasks.get(1).id()).isEqualTo(old.get(slot - 1));
      assertThat(imageOf(tasks.get(1))).isEqualTo("payroll:1");
    }
    image("payroll:1");
    sim.converged("pay");
    assertThat(on("payroll:1")).isEqualTo(5);
  }

  @Test
  @Feature({"F04", "SC-086"})
  void theNumberOfRunningTasksPassesThroughWhatLiesBetween() throws Exception {
    create(5, UpdatePolicy.DEFAULT);
    TreeSet<Integer> seen = new TreeSet<>();
    try (AutoCloseable watch = watched(seen)) {
      services.scale("pay", 0);
      sim.pass(LONG);
      assertThat(seen).contains(0, 1, 2, 3, 4);
      seen.clear();
      services.scale("pay", 3);
      sim.converged("pay");
      services.scale("pay", 5);
      sim.converged("pay");
      assertThat(seen).contains(1, 2, 3, 4, 5);
      seen.clear();
      image("payroll:2");
      sim.converged("pay");
      assertThat(seen).contains(4, 5).doesNotContain(0, 1, 2, 3);
    }
  }

  @Test
  @Feature("J03")
  void aDelayLiesBetweenOneSlotAndTheNext() {
    create(3, policy(it -> it.delay(Duration.ofSeconds(20))));

    image("payroll:2");

    assertThat(on("payroll:2")).isEqualTo(1);
    sim.pass(Duration.ofSeconds(19));
    assertThat(on("payroll:2")).isEqualTo(1);
    sim.pass(Duration.ofSeconds(1));
    assertThat(on("payroll:2")).isEqualTo(2);
    sim.pass(Duration.ofSeconds(20));
    assertThat(on("payroll:2")).isEqualTo(3);
  }

  @Test
  @Feature({"J04", "J05", "SC-084"})
  void asManySlotsAsTheParallelismAreReplacedTogether() {
    create(5, policy(it -> it.parallelism(2).delay(Duration.ofSeconds(10))));

    image("payroll:2");

    assertThat(on("payroll:2")).isEqualTo(2);
    sim.pass(Duration.ofSeconds(10));
    assertThat(on("payroll:2")).isEqualTo(4);
    sim.pass(Duration.ofSeconds(10));
    assertThat(on("payroll:2")).isEqualTo(5);
    services.update(
        "pay",
        spec -> spec.withReplicas(100).withUpdate(policy(it -> it.parallelism(10).delay(LONG))));
    sim.converged("pay");
    image("payroll:3");
    for (int batch = 1; batch <= 10; batch++) {
      assertThat(on("payroll:3")).isEqualTo(10 * batch);
      sim.pass(LONG);
    }
  }

  @Test
  void aParallelismOfZeroReplacesAllSlotsAtOnce() {
    create(5, policy(it -> it.parallelism(0)));

    image("payroll:2");

    assertThat(on("payroll:2")).isEqualTo(5);
  }

  @Test
  @Feature({"J06", "SC-087"})
  void stopFirstPreparesTheNewTaskAndStartsItWhenTheOldOneHasEnded() {
    sim.behave("delaystop", SimulatedImage.builder().stopDelay(Duration.ofSeconds(10)).build());
    ServiceSpec spec = ServiceSpec.of("pay", "delaystop:1");
    services.create(
        spec.withTask(
            spec.task().withContainer(spec.task().container().withStopGracePeriod(LONG))));
    sim.converged("pay");
    sim.pass(A_MOMENT);

    image("delaystop:2");

    Task young = slot(1).get(0);
    Task old = slot(1).get(1);
    assertThat(young.desiredState()).isEqualTo(TaskState.READY);
    assertThat(young.state()).isEqualTo(TaskState.READY);
    assertThat(old.desiredState()).isEqualTo(TaskState.SHUTDOWN);
    assertThat(old.state()).isEqualTo(TaskState.RUNNING);
    sim.pass(Duration.ofMillis(9_999));
    assertThat(slot(1)).extracting(Task::state).containsExactly(TaskState.READY, TaskState.RUNNING);
    sim.pass(Duration.ofMillis(1));
    assertThat(slot(1))
        .extracting(Task::state)
        .containsExactly(TaskState.RUNNING, TaskState.SHUTDOWN);
    assertThat(slot(1).get(0).id()).isEqualTo(young.id());
  }

  @Test
  @Feature({"J08", "J09", "J10", "J22", "SC-088", "SC-089"})
  void thePolicyBelongsToTheServiceAndItsChangeTouchesNoTask() {
    create(3, policy(it -> it.parallelism(2).delay(Duration.ofSeconds(10))));
    List<Task> before = services.tasks("pay");
    long version = services.get("pay").meta().version();

    UpdatePolicy changed =
        policy(
            it ->
                it.parallelism(3)
                    .delay(Duration.ofSeconds(5))
                    .failureAction(FailureAction.CONTINUE)
                    .maxFailureRatio(0.2)
                    .monitor(Duration.ofMinutes(1)));
    services.update("pay", spec -> spec.withUpdate(changed).withRollback(UpdatePolicy.DEFAULT));
    sim.pass(LONG);

    Service pay = services.get("pay");
    assertThat(services.tasks("pay")).isEqualTo(before);
    assertThat(pay.meta().version()).isGreaterThan(version);
    assertThat(pay.spec().update()).isEqualTo(changed);
    assertThat(Objects.requireNonNull(pay.previousSpec()).effectiveUpdate().delay())
        .isEqualTo(Duration.ofSeconds(10));
    assertThat(pay.updateStatus()).isNull();
    image("payroll:2"); // under the policy that was set before
    assertThat(on("payroll:2")).isEqualTo(3);
  }

  @Test
  @Feature({"J14", "J15", "SC-095"})
  void theStatusTellsOfTheUpdateAndOfItsEndOneMonitorAfterTheLastTask() {
    create(2, UpdatePolicy.DEFAULT);
    assertThat(services.get("pay").updateStatus()).isNull();

    image("payroll:2");

    UpdateStatus updating = status();
    assertThat(updating.state()).isEqualTo(State.UPDATING);
    assertThat(updating.message()).isEqualTo("update in progress");
    assertThat(on("payroll:2")).isEqualTo(2);
    sim.pass(Duration.ofMillis(4_999));
    assertThat(status()).isEqualTo(updating);
    sim.pass(Duration.ofMillis(1));
    UpdateStatus completed = status();
    assertThat(completed.state()).isEqualTo(State.COMPLETED);
    assertThat(completed.message()).isEqualTo("update completed");
    assertThat(completed.startedAt()).isEqualTo(updating.startedAt());
    assertThat(completed.completedAt()).isEqualTo(updating.startedAt().plusSeconds(5));
  }

  @Test
  @Feature({"J16", "SC-099"})
  void scalingRollsNothingAndResetsTheStatusButNotTheRecord() {
    create(3, UpdatePolicy.DEFAULT);
    image("payroll:2");
    sim.converged("pay");
    List<TaskId> before = sim.running("pay").stream().map(Task::id).toList();

    services.scale("pay", 5);
    sim.converged("pay");
    services.scale("pay", 2);
    sim.converged("pay");

    assertThat(sim.running("pay")).extracting(Task::id).isSubsetOf(before);
    assertThat(services.get("pay").updateStatus()).isNull();
    assertThat(services.get("pay").rollouts())
        .singleElement()
        .satisfies(
            record -> {
              assertThat(record.kind()).isEqualTo(Kind.UPDATE);
              assertThat(record.outcome()).isEqualTo(RolloutRecord.Outcome.COMPLETED);
              assertThat(record.fromVersion()).isEqualTo(1);
              assertThat(record.toVersion()).isEqualTo(2);
              assertThat(record.endedAt()).isEqualTo(record.startedAt().plusSeconds(5));
            });
  }

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
  void aNewChangeTakesThePlaceOfARunningRollOut() {
    sim.behave("payroll:2", SimulatedImage.builder().startDelay(Duration.ofMinutes(5)).build());
    create(4, policy(it -> it.parallelism(2)));
    image("payroll:2");
    sim.pass(Duration.ofSeconds(30));
    assertThat(sim.running("pay")).hasSize(2);

    image("payroll:3");
    sim.converged("pay");

    assertThat(on("payroll:3")).isEqualTo(4);
    sim.pass(Duration.ofMinutes(10));
    assertThat(on("payroll:3")).isEqualTo(4);
    assertThat(sim.wanted("pay")).hasSize(4);
    assertThat(runningContainers()).isEqualTo(4);
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
    services.update("other", UpdatesTest::forced);
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
  @Feature({"J23", "N17", "SC-093"})
  void forceReplacesAllTasksThoughNothingChanged() {
    create(2, UpdatePolicy.DEFAULT);
    List<Task> before = sim.running("pay");

    force();
    sim.converged("pay");

    assertThat(sim.running("pay"))
        .hasSize(2)
        .extracting(Task::id)
        .doesNotContainAnyElementsOf(before.stream().map(Task::id).toList());
  }

  @Test
  @Feature("J24")
  void forceFollowsTheUpdatePolicy() {
    create(5, policy(it -> it.parallelism(3).delay(Duration.ofSeconds(10))));
    long old = services.get("pay").specVersion();

    force();

    assertThat(sim.running("pay")).filteredOn(task -> task.specVersion() > old).hasSize(3);
    sim.pass(Duration.ofSeconds(10));
    assertThat(sim.running("pay")).filteredOn(task -> task.specVersion() > old).hasSize(5);
  }

  @Test
  @Feature({"J25", "N18"})
  void onlyWhatConcernsTheTasksReplacesThem() {
    create(2, policy(it -> it.parallelism(0)));
    TaskId first = slot(1).get(0).id();
    services.update("pay", spec -> spec.withReplicas(3));
    services.update("pay", spec -> spec.withLabels(Map.of("a", "b")));
    services.update("pay", spec -> spec.withUpdate(policy(it -> it.parallelism(0).delay(LONG))));
    sim.pass(LONG);
    assertThat(slot(1)).extracting(Task::id).containsExactly(first);

    services.update("pay", spec -> container(spec, it -> it.env(Map.of("A", "1"))));
    sim.pass(LONG);
    assertThat(slot(1)).hasSize(2);
    HealthCheck check =
        new HealthCheck(
            new HealthCheck.Probe.Shell("true"), Duration.ofSeconds(1), null, 0, null, null);
    services.update("pay", spec -> container(spec, it -> it.health(check)));
    sim.pass(LONG);
    assertThat(slot(1)).hasSize(3);
    assertThat(sim.running("pay")).hasSize(3);
  }

  @Test
  @Feature({"J26", "J27", "SC-100"})
  void startFirstNeverRunsFewerTasksThanWanted() {
    sim.behave("payroll", SimulatedImage.builder().startDelay(Duration.ofSeconds(2)).build());
    create(3, policy(it -> it.order(UpdateOrder.START_FIRST)));
    image("payroll:2");

    for (int i = 0; i < 60; i++) {
      assertThat(sim.running("pay").size()).isBetween(3, 4);
      sim.pass(Duration.ofMillis(100));
    }

    assertThat(on("payroll:2")).isEqualTo(3);
    sim.converged("pay");
    assertThat(sim.running("pay")).hasSize(3);
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

  @Test
  void aGlobalServiceIsUpdatedNodeByNodeAndOnAPausedNodeOnceItIsActive() {
    services.create(
        ServiceSpec.of("pay", "payroll:1")
            .withMode(new ServiceMode.Global())
            .withUpdate(policy(it -> it.delay(Duration.ofSeconds(10)))));
    sim.converged("pay");
    sim.nodes().availability("w2", Availability.PAUSE);

    image("payroll:2");
    assertThat(on("payroll:2")).isEqualTo(1);
    sim.pass(Duration.ofSeconds(10));
    assertThat(on("payroll:2")).isEqualTo(2);
    sim.pass(LONG);
    assertThat(on("payroll:2")).isEqualTo(4);

    sim.nodes().availability("w2", Availability.ACTIVE);
    sim.converged("pay");
    assertThat(on("payroll:2")).isEqualTo(5);
  }

  @Test
  void anUpdateThatNoNodeCanTakeTouchesNothingUntilOneCan() {
    create(3, UpdatePolicy.DEFAULT);
    List<Task> before = sim.running("pay");

    services.update(
        "pay",
        spec ->
            spec.withTask(
                spec.task().withPlacement(Placement.constrained("node.labels.disk==ssd"))));
    sim.pass(LONG);

    assertThat(sim.running("pay")).isEqualTo(before);
    assertThat(status().state()).isEqualTo(State.UPDATING);
    assertThat(status().message())
        .isEqualTo(
            "update in progress, waits: no active node satisfies the placement of the new spec");
    sim.nodes().update("w3", spec -> spec.withLabels(Map.of("disk", "ssd")));
    sim.converged("pay");
    assertThat(sim.hosts("pay")).containsExactly("w3");
    assertThat(status().message()).isEqualTo("update completed");
  }

  @Test
  void anUpdateThatReservesMoreThanAnyNodeHasTouchesNothing() {
    create(3, UpdatePolicy.DEFAULT);
    List<Task> before = sim.running("pay");

    services.update("pay", spec -> reserving(spec, Resources.of(64, 0)));
    sim.pass(LONG);

    assertThat(sim.running("pay")).isEqualTo(before);
    assertThat(status().message())
        .isEqualTo(
            "update in progress, waits: no active node that its placement allows has what the new"
                + " spec reserves");
    services.update("pay", spec -> reserving(spec, Resources.of(0.5, 0)));
    sim.converged("pay");
    assertThat(sim.running("pay")).hasSize(3).doesNotContainAnyElementsOf(before);
  }

  private static ServiceSpec reserving(ServiceSpec spec, Resources reserved) {
    return spec.withTask(spec.task().withResources(new ResourceRequirements(null, reserved, 0)));
  }

  @Test
  void anUpdateThatNoNodeCanTakeFailsAtItsProgressDeadline() {
    create(
        3,
        policy(
            it ->
                it.progressDeadline(Duration.ofMinutes(2)).failureAction(FailureAction.ROLLBACK)));
    List<Task> before = sim.running("pay");

    services.update(
        "pay",
        spec ->
            spec.withTask(
                spec.task().withPlacement(Placement.constrained("node.labels.disk==ssd"))));
    sim.pass(Duration.ofSeconds(119));
    assertThat(status().state()).isEqualTo(State.UPDATING);
    sim.nodes().update("w3", spec -> spec.withLabels(Map.of("disk", "none")));
    sim.pass(Duration.ofSeconds(1));

    sim.pass(LONG);
    assertThat(status().state()).isEqualTo(State.ROLLBACK_COMPLETED);
    assertThat(services.get("pay").rollouts())
        .extracting(RolloutRecord::cause)
        .contains("update rolled back due to no progress for PT2M");
    assertThat(sim.running("pay")).isEqualTo(before);
  }

  @Test
  void startFirstGivesWayToStopFirstWhereTheNodesHaveNoRoom() {
    services.create(
        ServiceSpec.of("pay", "payroll:1")
            .withMode(new ServiceMode.Global())
            .withEndpoint(EndpointSpec.publish(PortSpec.host(8080, 80)))
            .withUpdate(policy(it -> it.order(UpdateOrder.START_FIRST))));
    sim.converged("pay");

    image("payroll:2");

    assertThat(status().message())
        .isEqualTo(
            "update in progress, stop-first, because the old task of each node holds the ports of"
                + " its node");
    sim.converged("pay");
    assertThat(on("payroll:2")).isEqualTo(5);
    ServiceSpec full = ServiceSpec.of("full", "payroll:1").withReplicas(5);
    services.create(
        full.withTask(full.task().withPlacement(Placement.ANYWHERE.withMaxReplicasPerNode(1)))
            .withUpdate(policy(it -> it.order(UpdateOrder.START_FIRST))));
    sim.converged("full");
    services.update("full", UpdatesTest::forced);
    sim.converged("full");
  }

  @Test
  void aNewTaskWhoseNodeIsDrainedBeforeItRunsIsNoFailureAndItsSuccessorCounts() {
    sim.behave("payroll:2", SimulatedImage.builder().startDelay(Duration.ofSeconds(10)).build());
    create(2, UpdatePolicy.DEFAULT);
    image("payroll:2");
    sim.pass(Duration.ofSeconds(5));

    sim.nodes().availability(sim.host(slot(1).get(0)), Availability.DRAIN);
    sim.pass(Duration.ofSeconds(9));
    assertThat(slot(2)).as("the second slot waits for the first").hasSize(1);
    sim.converged("pay");

    assertThat(status().state()).isEqualTo(State.COMPLETED);
    assertThat(on("payroll:2")).isEqualTo(2);
  }

  @Test
  @Feature("E20")
  void recordsOfRollOutsAreBounded() {
    create(1, policy(it -> it.failureAction(FailureAction.CONTINUE)));
    for (int i = 0; i < 2 * Service.MOST_ROLLOUTS; i++) {
      force();
      sim.converged("pay");
    }

    assertThat(services.get("pay").rollouts()).hasSize(Service.MOST_ROLLOUTS);
    assertThat(record().toVersion()).isEqualTo(services.get("pay").specVersion());
  }

  /** Collects how many tasks run, change by change. */
  private AutoCloseable watched(Set<Integer> seen) {
    Map<TaskId, TaskState> states = new HashMap<>();
    sim.running("pay").forEach(task -> states.put(task.id(), task.state()));
    return sim.swarm.watch(
        event -> {
          if (event instanceof SwarmEvent.TaskChanged moved && moved.isTransition()) {
            states.put(moved.after().id(), moved.after().state());
          } else if (event instanceof SwarmEvent.TaskDeleted gone) {
            states.remove(gone.task().id());
          }
          seen.add(Collections.frequency(states.values(), TaskState.RUNNING));
        });
  }

  private void create(int replicas, UpdatePolicy policy) {
    create("pay", replicas, policy);
  }

  private void create(String name, int replicas, UpdatePolicy policy) {
    ServiceSpec spec = ServiceSpec.of(name, "payroll:1").withReplicas(replicas).withUpdate(policy);
    services.create(
        spec.withTask(
            spec.task().withRestart(RestartPolicy.builder().delay(Duration.ofSeconds(1)).build())));
    sim.converged(name);
    sim.pass(A_MOMENT); // new tasks are to be told from old ones by their time
  }

  private static UpdatePolicy policy(Consumer<UpdatePolicyBuilder> change) {
    return UpdatePolicy.DEFAULT.with(change);
  }

  private static ServiceSpec container(ServiceSpec spec, Consumer<ContainerSpecBuilder> change) {
    return spec.withTask(spec.task().withContainer(spec.task().container().with(change)));
  }

  private static ServiceSpec forced(ServiceSpec spec) {
    return spec.withTask(spec.task().withForceUpdate(spec.task().forceUpdate() + 1));
  }

  private void image(String image) {
    services.update("pay", spec -> container(spec, it -> it.image(image)));
    sim.time.settle();
  }

  private void force() {
    services.update("pay", UpdatesTest::forced);
    sim.time.settle();
  }

  private UpdateStatus status() {
    return Objects.requireNonNull(services.get("pay").updateStatus());
  }

  private RolloutRecord record() {
    return services.get("pay").rollouts().get(0);
  }

  /** The tasks of a slot, the newest first. */
  private List<Task> slot(int number) {
    return services.tasks("pay").stream()
        .filter(task -> task.slot().equals(new SlotKey.Numbered(number)))
        .toList();
  }

  private String imageOf(Task task) {
    return sim.swarm.view().specOf(task).task().container().image();
  }

  /** How many tasks run an image. */
  private int on(String image) {
    return (int) sim.running("pay").stream().filter(task -> imageOf(task).equals(image)).count();
  }

  private int runningContainers() {
    return sim.runtimes.values().stream().mapToInt(each -> each.running()).sum();
  }
}
