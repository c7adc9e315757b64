package io.swarm4j.orchestrator;

import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.model.Node.Availability;
import io.swarm4j.model.Node.NodeState;
import io.swarm4j.model.NodeId;
import io.swarm4j.model.Reason;
import io.swarm4j.model.RestartPolicy;
import io.swarm4j.model.RestartPolicy.RestartCondition;
import io.swarm4j.model.ServiceId;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.SlotKey;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskId;
import io.swarm4j.model.TaskState;
import io.swarm4j.testing.Feature;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReplicatedServiceTest {
  private final TestSwarm swarm = TestSwarm.withWorkers(3);

  @Test
  @Feature({"E01", "E04", "F01", "F12", "SC-062"})
  void aNewServiceGetsOneRunningTaskInSlotOne() {
    ServiceId web = swarm.create(ServiceSpec.of("web", "nginx"));

    Task task = swarm.running(web).get(0);
    assertThat(task.slot()).isEqualTo(new SlotKey.Numbered(1));
    assertThat(task.status().message()).isEqualTo("started");
    assertThat(task.status().container()).isNotNull();
    assertThat(task.status().reason()).isNull();
    assertThat(swarm.view().nameOf(task)).isEqualTo("web.1");
  }

  @Test
  @Feature({"E09", "E10", "E13"})
  void scalingUpLeavesTheOldTasksAlone() {
    ServiceId web = swarm.create(ServiceSpec.of("web", "nginx"));
    TaskId first = swarm.running(web).get(0).id();

    swarm.update(web, spec -> spec.withReplicas(4));

    assertThat(swarm.running(web)).hasSize(4).extracting(Task::id).contains(first);
    assertThat(swarm.running(web))
        .extracting(task -> task.slot().toString())
        .containsExactly("1", "2", "3", "4");
  }

  @Test
  @Feature({"E11", "G03"})
  void scalingDownTakesTheSurplusFromTheFullestNodes() {
    ServiceId web = swarm.create(ServiceSpec.of("web", "nginx").withReplicas(8));

    swarm.update(web, spec -> spec.withReplicas(3));

    assertThat(swarm.running(web)).hasSize(3).extracting(Task::nodeId).doesNotHaveDuplicates();
    assertThat(swarm.view().tasksOf(web)).as("scaled-down slots leave no history").hasSize(3);
  }

  @Test
  @Feature({"E12", "F10"})
  void scalingToZeroEndsAllTasksAndForgetsThem() {
    ServiceId web = swarm.create(ServiceSpec.of("web", "nginx").withReplicas(3));

    swarm.update(web, spec -> spec.withReplicas(0));
    swarm.pass(Duration.ofHours(1));

    assertThat(swarm.view().tasksOf(web)).isEmpty();
    assertThat(swarm.view().serviceNamed("web")).isNotNull();
  }

  @Test
  @Feature({"E07", "E08", "G17"})
  void removingAServiceEndsItsTasksAndFreesItsNameAtOnce() {
    ServiceId web = swarm.create(ServiceSpec.of("web", "nginx").withReplicas(3));
    swarm
        .view()
        .nodes()
        .forEach(node -> swarm.runtime(node.id()).stopTakes = Duration.ofSeconds(3));

    swarm.remove(web);

    assertThat(swarm.view().serviceNamed("web")).isNull();
    assertThat(swarm.view().tasksOf(web)).hasSize(3);
    ServiceId again = swarm.create(ServiceSpec.of("web", "nginx"));
    assertThat(again).isNotEqualTo(web);
    swarm.pass(Duration.ofSeconds(4));
    assertThat(swarm.view().service(web)).isNull();
    assertThat(swarm.view().tasksOf(again)).hasSize(1);
  }

  @Test
  @Feature({"F03", "F19", "I02", "I03", "SC-067"})
  void anEndedTaskIsReplacedInItsSlotAfterTheRestartDelay() {
    ServiceId web = swarm.create(ServiceSpec.of("web", "nginx").withReplicas(2));
    Task old = swarm.slot(web, 1).get(0);

    swarm.exit(old, 0);

    List<Task> slot = swarm.slot(web, 1);
    assertThat(slot).hasSize(2);
    assertThat(slot.get(0).state()).isEqualTo(TaskState.COMPLETE);
    assertThat(slot.get(0).desiredState()).isEqualTo(TaskState.SHUTDOWN);
    assertThat(slot.get(1).desiredState()).isEqualTo(TaskState.READY);
    assertThat(slot.get(1).state()).isEqualTo(TaskState.READY);
    assertThat(slot.get(1).status().reason()).isInstanceOf(Reason.RestartDelay.class);
    swarm.pass(Duration.ofMillis(4_999));
    assertThat(swarm.slot(web, 1).get(1).state()).isEqualTo(TaskState.READY);
    swarm.pass(Duration.ofMillis(1));
    assertThat(swarm.slot(web, 1).get(1).state()).isEqualTo(TaskState.RUNNING);
    assertThat(swarm.running(web)).hasSize(2);
  }

  @Test
  @Feature({"F09", "F17"})
  void aSlotKeepsFourDeadTasksBesideTheLiveOne() {
    ServiceId web = swarm.create(ServiceSpec.of("web", "nginx"));

    for (int i = 0; i < 9; i++) {
      swarm.exit(swarm.running(web).get(0), 1);
      swarm.pass(Duration.ofSeconds(5));
    }

    assertThat(swarm.slot(web, 1)).hasSize(5);
    assertThat(swarm.running(web)).hasSize(1);
    assertThat(swarm.slot(web, 1).get(0).state()).isEqualTo(TaskState.FAILED);
    assertThat(swarm.slot(web, 1).get(0).status().err()).isEqualTo("task: non-zero exit (1)");
  }

  @Test
  void aConditionOfNoneKeepsTheSlotAndItsEndedTask() {
    ServiceId once =
        swarm.create(restarting(RestartPolicy.builder().condition(RestartCondition.NONE).build()));

    swarm.exit(swarm.running(once).get(0), 1);
    swarm.pass(Duration.ofHours(1));

    assertThat(swarm.slot(once, 1)).hasSize(1);
    swarm.update(once, spec -> spec.withLabels(java.util.Map.of("a", "b")));
    assertThat(swarm.view().tasksOf(once)).hasSize(1);
  }

  @Test
  void onFailureReplacesFailedButNotCompletedTasks() {
    RestartPolicy onFailure =
        RestartPolicy.builder().condition(RestartCondition.ON_FAILURE).delay(Duration.ZERO).build();
    ServiceId service = swarm.create(restarting(onFailure));

    swarm.exit(swarm.running(service).get(0), 1);
    assertThat(swarm.running(service)).hasSize(1);
    swarm.exit(swarm.running(service).get(0), 0);
    swarm.pass(Duration.ofHours(1));

    assertThat(swarm.running(service)).isEmpty();
  }

  @Test
  void attemptsAreCountedPerSlotAndSpecVersion() {
    RestartPolicy twice = RestartPolicy.builder().maxAttempts(2).delay(Duration.ZERO).build();
    ServiceId service = swarm.create(restarting(twice));

    for (int i = 0; i < 3; i++) {
      swarm.exit(swarm.running(service).get(0), 1);
    }
    assertThat(swarm.running(service)).isEmpty();
    assertThat(swarm.slot(service, 1)).as("history is kept for max attempts + 1 tasks").hasSize(3);
  }

  @Test
  void attemptsOutsideTheWindowDoNotCount() {
    RestartPolicy policy =
        RestartPolicy.builder()
            .maxAttempts(1)
            .window(Duration.ofMinutes(1))
            .delay(Duration.ZERO)
            .build();
    ServiceId service = swarm.create(restarting(policy));

    for (int i = 0; i < 3; i++) {
      swarm.exit(swarm.running(service).get(0), 1);
      swarm.pass(Duration.ofMinutes(2));
    }
    assertThat(swarm.running(service)).hasSize(1);
    swarm.exit(swarm.running(service).get(0), 1);
    swarm.exit(swarm.running(service).get(0), 1);
    swarm.pass(Duration.ofHours(1));
    assertThat(swarm.running(service)).isEmpty();
  }

  @Test
  void aSlotThatFailsAgainAndAgainBacksOffVisibly() {
    RestartPolicy policy =
        RestartPolicy.builder()
            .delay(Duration.ofSeconds(1))
            .backoff(new RestartPolicy.Backoff(2, Duration.ofSeconds(10), Duration.ofMinutes(1)))
            .build();
    ServiceId service = swarm.create(restarting(policy));

    for (int i = 0; i < 5; i++) {
      swarm.exit(swarm.running(service).get(0), 1);
      swarm.pass(Duration.ofSeconds(10));
      assertThat(swarm.running(service)).hasSize(1);
    }
    swarm.exit(swarm.running(service).get(0), 1);

    List<Task> slot = swarm.slot(service, 1);
    Task waiting = slot.get(slot.size() - 1);
    assertThat(waiting.status().reason())
        .isEqualTo(new Reason.CrashLoop(6, swarm.time.now().plusSeconds(10)));
    swarm.pass(Duration.ofSeconds(10));
    swarm.pass(Duration.ofMinutes(2));
    swarm.exit(swarm.running(service).get(0), 1);
    slot = swarm.slot(service, 1);
    assertThat(slot.get(slot.size() - 1).status().reason()).isInstanceOf(Reason.RestartDelay.class);
  }

  @Test
  @Feature({"D09", "D10", "D11", "G11", "G12"})
  void drainMovesTasksAtOnceAndActivateMovesNothingBack() {
    ServiceId web = swarm.create(ServiceSpec.of("web", "nginx").withReplicas(3));
    NodeId w2 = swarm.nodeNamed("w2");

    swarm.availability(w2, Availability.DRAIN);
    assertThat(swarm.running(web)).hasSize(3).extracting(Task::nodeId).doesNotContain(w2);
    swarm.availability(w2, Availability.ACTIVE);
    swarm.pass(Duration.ofHours(1));
    assertThat(swarm.running(web)).extracting(Task::nodeId).doesNotContain(w2);
  }

  @Test
  @Feature("D10")
  void pauseKeepsTasksAndTakesNoNewOnes() {
    NodeId w1 = swarm.nodeNamed("w1");
    ServiceId web = swarm.create(ServiceSpec.of("web", "nginx").withReplicas(3));
    swarm.availability(w1, Availability.PAUSE);

    swarm.update(web, spec -> spec.withReplicas(6));

    assertThat(swarm.running(web)).hasSize(6);
    assertThat(swarm.running(web)).filteredOn(task -> w1.equals(task.nodeId())).hasSize(1);
  }

  @Test
  @Feature({"D15", "D16", "D17", "F16", "I05", "D02", "D03"})
  void tasksOfALostNodeAreReplacedAndShowTheirLastReport() {
    ServiceId web = swarm.create(ServiceSpec.of("web", "nginx").withReplicas(3));
    NodeId w3 = swarm.nodeNamed("w3");
    TaskId lost = swarm.view().tasksOn(w3).get(0).id();

    swarm.powerOff(w3);
    swarm.pass(Duration.ofSeconds(30));

    assertThat(swarm.node(w3).status().state()).isEqualTo(NodeState.DOWN);
    assertThat(swarm.node(w3).spec().availability()).isEqualTo(Availability.ACTIVE);
    assertThat(swarm.running(web)).hasSize(3).extracting(Task::nodeId).doesNotContain(w3);
    Task ghost = swarm.view().task(lost);
    assertThat(ghost.desiredState()).isEqualTo(TaskState.SHUTDOWN);
    assertThat(ghost.state()).isEqualTo(TaskState.RUNNING);
    assertThat(ghost.status().reason()).isInstanceOf(Reason.NodeLost.class);
  }

  @Test
  void anOldTaskThatDoesNotEndIsWaitedForOneMinuteAtMost() {
    ServiceId web = swarm.create(ServiceSpec.of("web", "nginx"));
    Task task = swarm.running(web).get(0);
    swarm.runtime(task.nodeId()).stopTakes = Duration.ofHours(1);

    swarm.availability(task.nodeId(), Availability.DRAIN);
    swarm.pass(Duration.ofSeconds(59));
    assertThat(swarm.running(web)).isEmpty();
    Task next = swarm.slot(web, 1).get(1);
    assertThat(next.status().reason()).isEqualTo(new Reason.AwaitingPredecessor(task.id()));
    swarm.pass(Duration.ofSeconds(1));
    assertThat(swarm.running(web)).hasSize(1);
  }

  private static ServiceSpec restarting(RestartPolicy policy) {
    ServiceSpec spec = ServiceSpec.of("svc", "nginx");
    return spec.withTask(spec.task().withRestart(policy));
  }
}
