package io.swarm4j;

import static io.swarm4j.SimSwarm.LONG;
import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.event.SwarmEvent;
import io.swarm4j.model.HealthCheck;
import io.swarm4j.model.RolloutRecord;
import io.swarm4j.model.RolloutRecord.Kind;
import io.swarm4j.model.Service;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskId;
import io.swarm4j.model.TaskState;
import io.swarm4j.model.UpdatePolicy;
import io.swarm4j.model.UpdatePolicy.FailureAction;
import io.swarm4j.model.UpdatePolicy.UpdateOrder;
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
import org.junit.jupiter.api.Test;

/** How a changed spec is rolled out while all goes well. */
class UpdatesTest extends Payroll {
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

  private int runningContainers() {
    return sim.runtimes.values().stream().mapToInt(each -> each.running()).sum();
  }
}
