package io.swarm4j.orchestrator;

import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.dispatcher.EndpointGate;
import io.swarm4j.model.Meta;
import io.swarm4j.model.Node.Availability;
import io.swarm4j.model.NodeId;
import io.swarm4j.model.Reason;
import io.swarm4j.model.RestartPolicy;
import io.swarm4j.model.RestartPolicy.RestartCondition;
import io.swarm4j.model.ServiceId;
import io.swarm4j.model.ServiceMode;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.SlotKey;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskBuilder;
import io.swarm4j.model.TaskId;
import io.swarm4j.model.TaskState;
import io.swarm4j.model.TaskStatus;
import io.swarm4j.store.MemoryLog;
import io.swarm4j.testing.Feature;
import io.swarm4j.testing.ScriptedRuntime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Feature({"F03", "I02"})
class RestartTest {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  private final TestSwarm swarm = TestSwarm.withWorkers(3);

  @Test
  void aReplacementOfAReplacementStillWaitsForTheTaskThatRuns() {
    ServiceId web = swarm.create(ServiceSpec.of("web", "nginx"));
    Task old = swarm.running(web).get(0);
    swarm.runtime(old.nodeId()).stopTakes = Duration.ofSeconds(30);
    swarm.availability(old.nodeId(), Availability.DRAIN);
    Task second = swarm.slot(web, 1).get(1);

    swarm.availability(second.nodeId(), Availability.DRAIN);

    Task third = swarm.slot(web, 1).get(2);
    assertThat(third.status().reason()).isEqualTo(new Reason.AwaitingPredecessor(old.id()));
    swarm.pass(Duration.ofSeconds(29));
    assertThat(swarm.running(web)).isEmpty();
    swarm.pass(Duration.ofSeconds(1));
    assertThat(swarm.running(web)).extracting(Task::id).containsExactly(third.id());
  }

  @Test
  void aTaskThatFailsDuringItsDelayIsFollowedByOneThatKeepsThatDelay() {
    RestartPolicy policy = RestartPolicy.builder().delay(Duration.ofMinutes(1)).build();
    ServiceId web = swarm.create(restarting(policy));
    swarm.exit(swarm.running(web).get(0), 1);
    swarm.pass(Duration.ofSeconds(10));
    NodeId node = swarm.slot(web, 1).get(1).nodeId();

    swarm.availability(node, Availability.DRAIN); // the drained node gives no delay of its own

    swarm.pass(Duration.ofSeconds(49));
    assertThat(swarm.slot(web, 1)).hasSize(3);
    assertThat(swarm.running(web)).isEmpty();
    swarm.pass(Duration.ofSeconds(1));
    assertThat(swarm.running(web)).hasSize(1);
  }

  @ParameterizedTest
  @MethodSource("modes")
  void whatCanNotBePreparedIsTriedOnceInEachDelay(ServiceMode mode) {
    swarm.runtimes.forEach(
        runtime -> runtime.prepareFails = new IllegalStateException("no such image"));
    RestartPolicy policy = RestartPolicy.builder().delay(Duration.ofSeconds(10)).build();

    swarm.create(restarting(policy).withMode(mode));
    swarm.pass(Duration.ofSeconds(65));

    // one at once and, prepared ahead of its start, one each for the seven starts of that time
    int slots = mode.isGlobal() ? 3 : 1;
    assertThat(created()).isEqualTo(8 * slots);
    swarm.runtimes.forEach(runtime -> runtime.prepareFails = null);
    swarm.pass(Duration.ofSeconds(20));
    assertThat(swarm.view().tasks())
        .filteredOn(task -> task.state() == TaskState.RUNNING)
        .hasSize(slots);
  }

  static List<ServiceMode> modes() {
    return List.of(
        new ServiceMode.Replicated(1),
        new ServiceMode.Global(),
        new ServiceMode.ReplicatedJob(1, 1),
        new ServiceMode.GlobalJob());
  }

  @Test
  void aNewLeaderTriesNoSoonerWhatCanNotBePrepared() {
    TestSwarm several = new TestSwarm(1, MemoryLog.group(2), EndpointGate.OPEN).joinWorkers(1);
    ScriptedRuntime runtime = several.runtimes.get(0);
    runtime.prepareFails = new IllegalStateException("no such image");
    RestartPolicy policy = RestartPolicy.builder().delay(Duration.ofMinutes(10)).build();
    several.create(restarting(policy));
    several.pass(Duration.ofMinutes(1));
    assertThat(runtime.created).isEqualTo(2);

    several.closeLeader();
    several.pass(Duration.ofMinutes(5));

    assertThat(runtime.created).isEqualTo(2);
    several.pass(Duration.ofMinutes(5));
    assertThat(runtime.created).isEqualTo(3);
  }

  private int created() {
    return swarm.runtimes.stream().mapToInt(runtime -> runtime.created).sum();
  }

  @Test
  void theWaitEndsWhenTheOldTasksNodeGoesDown() {
    ServiceId web = swarm.create(ServiceSpec.of("web", "nginx"));
    Task old = swarm.running(web).get(0);
    swarm.runtime(old.nodeId()).stopTakes = Duration.ofHours(1);
    swarm.availability(old.nodeId(), Availability.DRAIN);

    swarm.powerOff(old.nodeId());
    swarm.pass(Duration.ofSeconds(20));

    assertThat(swarm.running(web)).hasSize(1);
  }

  @Test
  void theWaitEndsWhenTheOldTasksNodeIsRemoved() {
    ServiceId web = swarm.create(ServiceSpec.of("web", "nginx"));
    Task old = swarm.running(web).get(0);
    swarm.runtime(old.nodeId()).stopTakes = Duration.ofHours(1);
    swarm.availability(old.nodeId(), Availability.DRAIN);

    swarm.removeNode(old.nodeId());

    assertThat(swarm.running(web)).hasSize(1);
    assertThat(swarm.view().task(old.id()).state()).isEqualTo(TaskState.ORPHANED);
  }

  @Test
  void aDrainedTaskWithoutRestartKeepsItsSlotEmpty() {
    RestartPolicy none = RestartPolicy.builder().condition(RestartCondition.NONE).build();
    ServiceId once = swarm.create(restarting(none));
    NodeId node = swarm.running(once).get(0).nodeId();

    swarm.availability(node, Availability.DRAIN);
    swarm.update(once, spec -> spec.withLabels(Map.of("a", "b")));

    assertThat(swarm.view().tasksOf(once)).hasSize(1);
    assertThat(swarm.running(once)).isEmpty();
  }

  @Test
  void anUpdateGivesNewAttempts() {
    RestartPolicy once = RestartPolicy.builder().maxAttempts(1).delay(Duration.ZERO).build();
    ServiceId service = swarm.create(restarting(once));
    swarm.exit(swarm.running(service).get(0), 1);

    swarm.update(service, spec -> spec.withLabels(Map.of("a", "b")));
    swarm.exit(swarm.running(service).get(0), 1);

    assertThat(swarm.running(service)).hasSize(1);
  }

  @Test
  @Feature("E12")
  void aDelayedReplacementDoesNotStartOnceTheServiceIsScaledDown() {
    ServiceId web = swarm.create(ServiceSpec.of("web", "nginx"));
    swarm.exit(swarm.running(web).get(0), 1);

    swarm.update(web, spec -> spec.withReplicas(0));
    swarm.pass(Duration.ofMinutes(2));

    assertThat(swarm.view().tasksOf(web)).isEmpty();
  }

  @Test
  @Feature("E11")
  void aChangeOfThousandsOfTasksIsSplitIntoEntriesOfTheLogsSize() {
    io.swarm4j.testing.HeldLog log = new io.swarm4j.testing.HeldLog(100);
    TestSwarm small =
        new TestSwarm(1, List.of(log), io.swarm4j.dispatcher.EndpointGate.OPEN).joinWorkers(20);
    ServiceId web = small.create(ServiceSpec.of("web", "nginx").withReplicas(1_000));
    assertThat(small.running(web)).hasSize(1_000);

    small.update(web, spec -> spec.withReplicas(100));
    assertThat(small.running(web)).hasSize(100);
    small.remove(web);

    assertThat(small.view().taskCount()).isZero();
    assertThat(small.view().service(web)).isNull();
    int slack = 100; // an entry ends with a whole step, such as a node's report on its tasks
    assertThat(log.committed())
        .allSatisfy(entry -> assertThat(entry.size()).isLessThanOrEqualTo(100 + slack));
  }

  @Test
  void moreAttemptsThanAnyHistoryKeepsAreCounted() {
    RestartPolicy policy = RestartPolicy.builder().maxAttempts(2_000).build();
    RestartHistory history = new RestartHistory(1, 0);
    for (int i = 0; i < 2_000; i++) {
      assertThat(history.allows(policy, failed(i, i), false)).isTrue();
      history.restarted(policy, failed(i, i), START.plusSeconds(i));
    }

    assertThat(history.allows(policy, failed(2_000, 2_000), false)).isFalse();
  }

  @Test
  void theWindowIsMeasuredByTheManagersClockNotTheNodes() {
    RestartPolicy policy =
        RestartPolicy.builder().maxAttempts(1).window(Duration.ofMinutes(1)).build();
    RestartHistory history = new RestartHistory(1, 0);
    history.restarted(policy, failed(0, 0), START);

    assertThat(history.allows(policy, failed(30, -3_600), false)).isFalse();
    assertThat(history.allows(policy, failed(30, 3_600), false)).isFalse();
    assertThat(history.allows(policy, failed(61, 30), false)).isTrue();
  }

  private static Task failed(long managerSecond, long nodeSecond) {
    Instant heard = START.plusSeconds(managerSecond);
    return TaskBuilder.builder()
        .id(new TaskId(1, managerSecond))
        .meta(new Meta(1, heard, heard))
        .serviceId(new ServiceId(1, 1))
        .specVersion(1)
        .slot(new SlotKey.Numbered(1))
        .desiredState(TaskState.RUNNING)
        .status(TaskStatus.of(TaskState.FAILED, START.plusSeconds(nodeSecond), "started"))
        .build();
  }

  private static ServiceSpec restarting(RestartPolicy policy) {
    ServiceSpec spec = ServiceSpec.of("svc", "nginx");
    return spec.withTask(spec.task().withRestart(policy));
  }
}
