package io.swarm4j.orchestrator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.swarm4j.dispatcher.EndpointGate;
import io.swarm4j.model.DisconnectPolicy;
import io.swarm4j.model.InvalidSpecException;
import io.swarm4j.model.Node.Availability;
import io.swarm4j.model.NodeId;
import io.swarm4j.model.RestartPolicy;
import io.swarm4j.model.Service;
import io.swarm4j.model.ServiceId;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskId;
import io.swarm4j.model.TaskState;
import io.swarm4j.model.UpdatePolicy;
import io.swarm4j.model.UpdatePolicy.UpdateOrder;
import io.swarm4j.store.MemoryLog;
import io.swarm4j.testing.ScriptedRuntime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** At most one task of a fenced singleton runs, whatever happens to nodes and managers. */
class FenceTest {
  private static final Duration AFTER = Duration.ofSeconds(30);
  private static final ServiceSpec SINGLETON = singleton();

  private static ServiceSpec singleton() {
    ServiceSpec spec =
        ServiceSpec.of("leader", "nginx").withDisconnect(new DisconnectPolicy.Fence(AFTER));
    RestartPolicy soon = RestartPolicy.builder().delay(Duration.ZERO).build();
    return spec.withTask(spec.task().withRestart(soon));
  }

  @Test
  void aSuccessorStartsWhenTheLostNodeMustHaveEndedTheTask() {
    TestSwarm swarm = TestSwarm.withWorkers(2);
    ServiceId leader = swarm.create(SINGLETON);
    Task old = swarm.running(leader).get(0);
    ScriptedRuntime runtime = swarm.runtime(old.nodeId());

    swarm.cut(old.nodeId(), true);
    swarm.pass(Duration.ofSeconds(24));
    assertThat(runtime.running()).containsExactly(old.id());
    swarm.pass(Duration.ofSeconds(16)); // 30 s after the last answer at the latest
    assertThat(runtime.running()).isEmpty();
    assertThat(containers(swarm)).isZero();
    swarm.pass(Duration.ofSeconds(60));

    assertThat(containers(swarm)).isEqualTo(1);
    Task successor = swarm.running(leader).get(0);
    assertThat(successor.generation()).isGreaterThan(old.generation());
  }

  @Test
  void aSuccessorWaitsForATaskThatIsSlowToEndHoweverLongThatTakes() {
    TestSwarm swarm = TestSwarm.withWorkers(2);
    ServiceId leader = swarm.create(SINGLETON);
    Task old = swarm.running(leader).get(0);
    swarm.runtime(old.nodeId()).stopTakes = Duration.ofMinutes(10);

    swarm.availability(old.nodeId(), Availability.DRAIN);
    swarm.pass(Duration.ofMinutes(9));
    assertThat(containers(swarm)).isEqualTo(1);
    swarm.pass(Duration.ofMinutes(2));

    assertThat(swarm.running(leader)).hasSize(1);
    assertThat(containers(swarm)).isEqualTo(1);
  }

  @Test
  void theSlotIsNotRefilledWhileItsTaskOfBeforeStillEnds() {
    TestSwarm swarm = TestSwarm.withWorkers(2);
    ServiceId leader = swarm.create(SINGLETON);
    swarm.runtimes.forEach(runtime -> runtime.stopTakes = Duration.ofMinutes(3));

    swarm.update(leader, spec -> spec.withReplicas(0));
    swarm.update(leader, spec -> spec.withReplicas(1));
    swarm.pass(Duration.ofMinutes(2));
    assertThat(containers(swarm)).isEqualTo(1);
    assertThat(swarm.running(leader)).isEmpty();
    swarm.pass(Duration.ofMinutes(2));

    assertThat(swarm.running(leader)).hasSize(1);
    assertThat(containers(swarm)).isEqualTo(1);
  }

  @Test
  void aSharpCutOfTheHeartbeatPeriodOverrunsNoFence() {
    TestSwarm swarm = new TestSwarm(1, MemoryLog.group(2), EndpointGate.OPEN);
    swarm.cluster(spec -> spec.withHeartbeatPeriod(Duration.ofMinutes(5)));
    swarm.joinWorkers(2);
    ServiceId leader =
        swarm.create(SINGLETON.withDisconnect(new DisconnectPolicy.Fence(Duration.ofSeconds(5))));
    Task old = swarm.running(leader).get(0);
    swarm.pass(Duration.ofMinutes(1));

    swarm.cut(old.nodeId(), true);
    swarm.cluster(spec -> spec.withHeartbeatPeriod(Duration.ofMillis(500)));
    swarm.closeLeader();

    for (int second = 0; second < 1_200; second++) {
      swarm.pass(Duration.ofSeconds(1));
      assertThat(containers(swarm)).isLessThanOrEqualTo(1);
    }
    assertThat(swarm.running(leader)).extracting(Task::id).isNotEmpty().doesNotContain(old.id());
  }

  @Test
  void startFirstContradictsAFence() {
    UpdatePolicy startFirst = UpdatePolicy.builder().order(UpdateOrder.START_FIRST).build();

    assertThatThrownBy(() -> SINGLETON.withUpdate(startFirst))
        .isInstanceOf(InvalidSpecException.class)
        .hasMessageContaining("update.order")
        .hasMessageContaining("STOP_FIRST");
    assertThatThrownBy(() -> SINGLETON.withRollback(startFirst))
        .isInstanceOf(InvalidSpecException.class)
        .hasMessageContaining("rollback.order");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
  void neverTwoAtATimeUnderRandomFaults(long seed) {
    Random random = new Random(seed);
    TestSwarm swarm = new TestSwarm(seed, MemoryLog.group(4), EndpointGate.OPEN).joinWorkers(4);
    ServiceId leader = swarm.create(SINGLETON);
    List<NodeId> nodes = new ArrayList<>();
    swarm.view().nodes().forEach(node -> nodes.add(node.id()));
    List<NodeId> off = new ArrayList<>();
    for (int step = 0; step < 120; step++) {
      NodeId node = nodes.get(random.nextInt(nodes.size()));
      List<Task> running = swarm.running(leader);
      switch (random.nextInt(9)) {
        case 0, 1 -> swarm.cut(node, true);
        case 2, 3 -> swarm.cut(node, false);
        case 4 -> {
          if (off.remove(node)) {
            swarm.powerOn(node);
          } else {
            swarm.powerOff(node);
            off.add(node);
          }
        }
        case 5 -> swarm.availability(node, Availability.values()[random.nextInt(3)]);
        case 6 ->
            swarm.update(
                leader, spec -> spec.withTask(spec.task().withForceUpdate(random.nextInt(1000))));
        case 7 -> swarm.update(leader, spec -> spec.withReplicas(random.nextInt(2)));
        default -> {
          if (!running.isEmpty() && !off.contains(running.get(0).nodeId())) {
            swarm.exit(running.get(0), 1);
          } else if (swarm.managers.size() > 1 && random.nextInt(10) == 0) {
            swarm.closeLeader();
          }
        }
      }
      if (random.nextInt(4) == 0) {
        Duration stop = Duration.ofSeconds(random.nextInt(10));
        swarm.runtimes.forEach(runtime -> runtime.stopTakes = stop);
      }
      for (int second = 0; second < random.nextInt(40); second++) {
        swarm.pass(Duration.ofMillis(1_000));
        requireOneAtMost(swarm, off, "seed " + seed + ", step " + step);
      }
    }
    off.forEach(swarm::powerOn);
    nodes.forEach(node -> swarm.cut(node, false));
    nodes.forEach(node -> swarm.availability(node, Availability.ACTIVE));
    swarm.update(leader, spec -> spec.withReplicas(1));
    swarm.pass(Duration.ofMinutes(10));
    assertThat(swarm.running(leader)).as("seed " + seed).hasSize(1);
    assertThat(containers(swarm)).isEqualTo(1);
    requireRisingTokens(swarm);
  }

  private static void requireOneAtMost(TestSwarm swarm, List<NodeId> off, String where) {
    List<TaskId> running = new ArrayList<>();
    for (var node : swarm.view().nodes()) {
      if (!off.contains(node.id())) {
        running.addAll(swarm.runtime(node.id()).running());
      }
    }
    assertThat(running).as(where).hasSizeLessThanOrEqualTo(1);
  }

  /** Tasks of the state, in the order in which they were made, have rising tokens. */
  private static void requireRisingTokens(TestSwarm swarm) {
    Service service = swarm.view().services().get(0);
    List<Long> tokens =
        swarm.view().tasksOf(service.id()).stream()
            .filter(task -> task.state() == TaskState.RUNNING || task.status().container() != null)
            .map(Task::generation)
            .toList();
    assertThat(tokens).doesNotHaveDuplicates();
  }

  private static int containers(TestSwarm swarm) {
    return swarm.view().nodes().stream()
        .mapToInt(node -> swarm.runtime(node.id()).running().size())
        .sum();
  }
}
