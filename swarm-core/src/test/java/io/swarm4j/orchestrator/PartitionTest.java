package io.swarm4j.orchestrator;

import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.dispatcher.EndpointGate;
import io.swarm4j.model.DisconnectPolicy;
import io.swarm4j.model.DisconnectPolicy.Survivor;
import io.swarm4j.model.Node.Availability;
import io.swarm4j.model.Node.NodeState;
import io.swarm4j.model.NodeId;
import io.swarm4j.model.Reason;
import io.swarm4j.model.RestartPolicy;
import io.swarm4j.model.ServiceId;
import io.swarm4j.model.ServiceMode;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskId;
import io.swarm4j.model.TaskState;
import io.swarm4j.store.MemoryLog;
import io.swarm4j.testing.Feature;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PartitionTest {
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Duration LONG_ENOUGH_TO_BE_DOWN = Duration.ofSeconds(20);

  private final TestSwarm swarm =
      new TestSwarm(1, MemoryLog.group(2), EndpointGate.OPEN).joinWorkers(3);

  @Test
  @Feature({"F16", "I05"})
  void withoutAPolicyTheTaskIsReplacedAndTheOldOneEndsWhenItsNodeReturns() {
    ServiceId web = create(1, null);
    Task old = swarm.running(web).get(0);

    swarm.cut(old.nodeId(), true);
    swarm.pass(MINUTE);
    assertThat(swarm.running(web)).hasSize(1).doesNotContain(old);
    assertThat(swarm.view().task(old.id()).state()).isEqualTo(TaskState.RUNNING);
    assertThat(swarm.view().task(old.id()).desiredState()).isEqualTo(TaskState.SHUTDOWN);
    assertThat(containers()).isEqualTo(2);

    swarm.cut(old.nodeId(), false);
    swarm.pass(MINUTE);
    assertThat(containers()).isEqualTo(1);
    assertThat(swarm.view().task(old.id()).state()).isEqualTo(TaskState.SHUTDOWN);
  }

  @Test
  void aKeptTaskWaitsForItsNodeAndSaysWhy() {
    ServiceId web = create(2, new DisconnectPolicy.Keep());
    Task lost = swarm.running(web).get(0);

    swarm.cut(lost.nodeId(), true);
    swarm.pass(Duration.ofDays(3));

    Task kept = swarm.view().task(lost.id());
    assertThat(swarm.slot(web, 1)).hasSize(1);
    assertThat(kept.desiredState()).isEqualTo(TaskState.RUNNING);
    assertThat(kept.status().reason()).isInstanceOf(Reason.NodeLost.class);
    assertThat(((Reason.NodeLost) kept.status().reason()).detail())
        .contains("is down since")
        .contains("the task is kept for its return");
    assertThat(kept.status().isReady()).as("gets no traffic").isFalse();

    swarm.cut(lost.nodeId(), false);
    swarm.pass(MINUTE);
    assertThat(swarm.view().task(lost.id()).status().reason()).isNull();
    assertThat(swarm.view().task(lost.id()).status().isReady()).isTrue();
    assertThat(containers()).isEqualTo(2);
  }

  @Test
  void aKeptTaskThatOutlivedItsNodesEngineIsInReachAgain() {
    ServiceId web = create(1, new DisconnectPolicy.Keep());
    Task kept = swarm.running(web).get(0);
    swarm.killAgent(kept.nodeId());
    swarm.pass(MINUTE);
    assertThat(readyTasks(web)).isZero();

    swarm.restartAgent(kept.nodeId());

    assertThat(swarm.slot(web, 1)).extracting(Task::id).containsExactly(kept.id());
    assertThat(readyTasks(web)).isEqualTo(1);
  }

  @Test
  void aKeptTaskOfARebootedDrainedOrRemovedNodeIsReplaced() {
    ServiceId web = create(3, new DisconnectPolicy.Keep());
    List<NodeId> nodes = swarm.running(web).stream().map(Task::nodeId).toList();
    swarm.powerOff(nodes.get(0));
    swarm.pass(LONG_ENOUGH_TO_BE_DOWN);
    assertThat(readyTasks(web)).isEqualTo(2);
    swarm.powerOn(nodes.get(0));
    swarm.pass(MINUTE);
    assertThat(readyTasks(web)).isEqualTo(3);

    swarm.cut(nodes.get(1), true);
    swarm.pass(LONG_ENOUGH_TO_BE_DOWN);
    swarm.availability(nodes.get(1), Availability.DRAIN);
    swarm.pass(MINUTE);
    assertThat(readyTasks(web)).isEqualTo(3);

    swarm.cut(nodes.get(2), true);
    swarm.pass(LONG_ENOUGH_TO_BE_DOWN);
    swarm.removeNode(nodes.get(2));
    swarm.pass(MINUTE);
    assertThat(readyTasks(web)).isEqualTo(3);
  }

  @Test
  void aTaskIsReplacedOnceItsNodeHasBeenDownForTheGivenTime() {
    ServiceId web = create(1, new DisconnectPolicy.ReplaceAfter(Duration.ofMinutes(10)));
    Task lost = swarm.running(web).get(0);
    swarm.cut(lost.nodeId(), true);
    swarm.pass(LONG_ENOUGH_TO_BE_DOWN);
    swarm.pass(Duration.ofMinutes(9));
    assertThat(swarm.slot(web, 1)).hasSize(1);
    assertThat(swarm.view().task(lost.id()).status().reason().toString())
        .contains("the task is replaced at");

    swarm.closeLeader();
    swarm.pass(Duration.ofSeconds(30));
    assertThat(swarm.slot(web, 1)).hasSize(1);
    swarm.pass(MINUTE);

    assertThat(swarm.slot(web, 1)).hasSize(2);
    assertThat(readyTasks(web)).isEqualTo(1);
    swarm.cut(lost.nodeId(), false);
    swarm.pass(MINUTE);
    assertThat(containers()).isEqualTo(1);
    assertThat(swarm.running(web)).extracting(Task::id).doesNotContain(lost.id());
  }

  @Test
  void aTaskWhoseNodeReturnsInTimeIsNotReplaced() {
    ServiceId web = create(1, new DisconnectPolicy.ReplaceAfter(Duration.ofMinutes(10)));
    Task lost = swarm.running(web).get(0);
    swarm.cut(lost.nodeId(), true);
    swarm.pass(Duration.ofMinutes(9));
    swarm.cut(lost.nodeId(), false);
    swarm.pass(Duration.ofHours(1));

    assertThat(swarm.slot(web, 1)).hasSize(1);
    assertThat(readyTasks(web)).isEqualTo(1);
  }

  @Test
  void theOriginalMayGoOnWhenItsNodeReturnsAndTheReplacementEnds() {
    ServiceId web = create(1, new DisconnectPolicy.ReplaceAfter(MINUTE, Survivor.ORIGINAL));
    Task original = swarm.running(web).get(0);
    swarm.cut(original.nodeId(), true);
    swarm.pass(Duration.ofMinutes(5));
    assertThat(swarm.slot(web, 1)).hasSize(2);
    assertThat(readyTasks(web)).isEqualTo(1);

    swarm.cut(original.nodeId(), false);
    swarm.pass(MINUTE);

    assertThat(swarm.running(web)).extracting(Task::id).containsExactly(original.id());
    assertThat(containers()).isEqualTo(1);
    assertThat(swarm.slot(web, 1)).hasSize(2);
  }

  @Test
  void aTaskThatRunsGoesOnRatherThanAnOriginalThatDoesNot() {
    swarm.runtimes.forEach(runtime -> runtime.prepareTakes = Duration.ofMinutes(10));
    ServiceId web = create(1, new DisconnectPolicy.ReplaceAfter(MINUTE, Survivor.ORIGINAL));
    Task original = swarm.slot(web, 1).get(0);
    swarm.cut(original.nodeId(), true);
    swarm.runtimes.forEach(runtime -> runtime.prepareTakes = Duration.ZERO);
    swarm.pass(Duration.ofMinutes(5));
    Task standIn = swarm.slot(web, 1).get(1);

    swarm.cut(original.nodeId(), false);
    swarm.pass(Duration.ofMinutes(20));

    assertThat(alive(web)).containsExactly(standIn.id());
    assertThat(containers()).isEqualTo(1);
  }

  @Test
  void aStandInThatMustLeaveItsNodeIsReplacedWhileTheOriginalIsStillAway() {
    ServiceId web = create(1, new DisconnectPolicy.ReplaceAfter(MINUTE, Survivor.ORIGINAL));
    Task original = swarm.running(web).get(0);
    swarm.cut(original.nodeId(), true);
    swarm.pass(Duration.ofMinutes(5));
    Task standIn = swarm.slot(web, 1).get(1);

    swarm.availability(standIn.nodeId(), Availability.DRAIN);
    swarm.pass(MINUTE);
    assertThat(readyTasks(web)).isEqualTo(1);

    swarm.cut(original.nodeId(), false);
    swarm.pass(MINUTE);
    assertThat(alive(web)).containsExactly(original.id());
  }

  @Test
  void aChangeThatReplacesNothingNeitherDoublesAStandInNorKeepsIt() {
    ServiceId web = create(1, new DisconnectPolicy.ReplaceAfter(MINUTE, Survivor.ORIGINAL));
    Task original = swarm.running(web).get(0);
    swarm.cut(original.nodeId(), true);
    swarm.pass(LONG_ENOUGH_TO_BE_DOWN);
    swarm.update(web, spec -> spec.withLabels(Map.of("a", "b")));
    swarm.pass(Duration.ofMinutes(5));
    swarm.availability(original.nodeId(), Availability.PAUSE); // has all of the node looked at
    swarm.pass(MINUTE);
    assertThat(alive(web)).hasSize(2);

    swarm.cut(original.nodeId(), false);
    swarm.pass(MINUTE);

    assertThat(alive(web)).containsExactly(original.id());
  }

  @Test
  void oneOfTwoGoesOnWhenTheirPolicyHasChangedMeanwhile() {
    ServiceId web = create(1, new DisconnectPolicy.ReplaceAfter(MINUTE, Survivor.ORIGINAL));
    Task original = swarm.running(web).get(0);
    swarm.cut(original.nodeId(), true);
    swarm.pass(Duration.ofMinutes(5));
    swarm.update(web, spec -> spec.withDisconnect(new DisconnectPolicy.Keep()));
    swarm.pass(MINUTE);

    swarm.cut(original.nodeId(), false);
    swarm.pass(MINUTE);

    assertThat(alive(web)).containsExactly(original.id());
  }

  private List<TaskId> alive(ServiceId service) {
    return swarm.slot(service, 1).stream().filter(Task::isDesiredAlive).map(Task::id).toList();
  }

  @Test
  void theReplacementGoesOnIfTheOriginalDidNotSurvive() {
    ServiceId web = create(1, new DisconnectPolicy.ReplaceAfter(MINUTE, Survivor.ORIGINAL));
    Task original = swarm.running(web).get(0);
    swarm.powerOff(original.nodeId());
    swarm.pass(Duration.ofMinutes(5));
    Task replacement = swarm.slot(web, 1).get(1);

    swarm.powerOn(original.nodeId());
    swarm.pass(Duration.ofMinutes(5));

    assertThat(swarm.running(web)).extracting(Task::id).containsExactly(replacement.id());
    assertThat(swarm.slot(web, 1)).hasSize(2);
    assertThat(containers()).isEqualTo(1);
  }

  @Test
  void aNodeThatHearsOfNoManagerEndsTheTasksThatAskForIt() {
    ServiceId web = create(1, new DisconnectPolicy.StopAfter(Duration.ofMinutes(2)));
    ServiceId other = create("other", 3, null);
    Task lost = swarm.running(web).get(0);
    swarm.cut(lost.nodeId(), true);
    swarm.pass(LONG_ENOUGH_TO_BE_DOWN);
    swarm.pass(LONG_ENOUGH_TO_BE_DOWN);
    assertThat(readyTasks(web)).isEqualTo(1);
    assertThat(swarm.runtime(lost.nodeId()).running()).hasSize(2);

    swarm.pass(Duration.ofMinutes(2));

    assertThat(swarm.runtime(lost.nodeId()).running()).hasSize(1).doesNotContain(lost.id());
    swarm.cut(lost.nodeId(), false);
    swarm.pass(MINUTE);
    assertThat(readyTasks(web)).isEqualTo(1);
    assertThat(readyTasks(other)).isEqualTo(3);
  }

  @Test
  void aTimeAloneBelowAHeartbeatEndsNoTaskOfANodeInContact() {
    ServiceId web = create(1, new DisconnectPolicy.StopAfter(Duration.ofSeconds(1)));
    Task only = swarm.running(web).get(0);
    swarm.pass(Duration.ofMinutes(5));
    assertThat(swarm.slot(web, 1)).extracting(Task::id).containsExactly(only.id());

    swarm.cut(only.nodeId(), true);
    swarm.pass(Duration.ofSeconds(12)); // two heartbeats, at their longest

    assertThat(swarm.runtime(only.nodeId()).running()).doesNotContain(only.id());
  }

  @Test
  void aGlobalServiceKeepsItsTaskOnALostNodeToo() {
    ServiceId agent =
        swarm.create(
            ServiceSpec.of("agent", "cadvisor")
                .withMode(new ServiceMode.Global())
                .withDisconnect(new DisconnectPolicy.Keep()));
    Task lost = swarm.running(agent).get(0);

    swarm.cut(lost.nodeId(), true);
    swarm.pass(MINUTE);
    assertThat(swarm.state(lost.nodeId())).isEqualTo(NodeState.DOWN);
    assertThat(swarm.view().task(lost.id()).isDesiredAlive()).isTrue();
    swarm.cut(lost.nodeId(), false);
    swarm.pass(MINUTE);

    assertThat(swarm.running(agent)).hasSize(3).extracting(Task::id).contains(lost.id());
  }

  @Test
  void aStormMovesNoMoreThanAShareOfTheTasksAtATime() {
    swarm.joinWorkers(3);
    swarm.cluster(spec -> spec.withStormLimit(0.1));
    ServiceId web = create(40, null);
    for (int i = 1; i <= 3; i++) { // which count for the one task that each runs at a time
      swarm.create(
          ServiceSpec.of("job" + i, "nginx").withMode(new ServiceMode.ReplicatedJob(1, 1_000)));
    }
    swarm.runtimes.forEach(runtime -> runtime.prepareTakes = Duration.ofSeconds(30));
    swarm.view().nodes().stream().limit(3).forEach(node -> swarm.cut(node.id(), true));
    swarm.pass(LONG_ENOUGH_TO_BE_DOWN);
    int lost = 40 - readyTasks(web);
    assertThat(lost).isGreaterThan(12);

    for (int i = 0; i < 20; i++) {
      long moving =
          swarm.view().tasksOf(web).stream()
              .filter(task -> task.isDesiredAlive() && task.state().isBefore(TaskState.RUNNING))
              .filter(
                  task -> task.nodeId() == null || swarm.state(task.nodeId()) == NodeState.READY)
              .count();
      assertThat(moving).isLessThanOrEqualTo(4);
      swarm.pass(Duration.ofSeconds(10));
    }
    swarm.pass(Duration.ofMinutes(10));

    assertThat(readyTasks(web)).isEqualTo(40);
  }

  private ServiceId create(int replicas, @Nullable DisconnectPolicy policy) {
    return create("web", replicas, policy);
  }

  private ServiceId create(String name, int replicas, @Nullable DisconnectPolicy policy) {
    ServiceSpec spec = ServiceSpec.of(name, "nginx").withReplicas(replicas).withDisconnect(policy);
    RestartPolicy soon = RestartPolicy.builder().delay(Duration.ZERO).build();
    return swarm.create(spec.withTask(spec.task().withRestart(soon)));
  }

  private int readyTasks(ServiceId service) {
    return swarm.running(service).stream()
        .filter(task -> task.status().isReady())
        .collect(Collectors.toList())
        .size();
  }

  private int containers() {
    return swarm.view().nodes().stream()
        .mapToInt(node -> swarm.runtime(node.id()).running().size())
        .sum();
  }
}
