package io.swarm4j.orchestrator;

import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.dispatcher.EndpointGate;
import io.swarm4j.model.Node.Availability;
import io.swarm4j.model.Node.NodeState;
import io.swarm4j.model.NodeId;
import io.swarm4j.model.Reason;
import io.swarm4j.model.RestartPolicy;
import io.swarm4j.model.Service;
import io.swarm4j.model.ServiceId;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskId;
import io.swarm4j.model.TaskState;
import io.swarm4j.model.TaskStatus;
import io.swarm4j.model.UnavailableException;
import io.swarm4j.store.MemoryLog;
import io.swarm4j.testing.Feature;
import io.swarm4j.testing.HeldLog;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

@Feature("C20")
class LeadershipChangeTest {
  private final TestSwarm swarm =
      new TestSwarm(1, MemoryLog.group(2), EndpointGate.OPEN).joinWorkers(3);

  @Test
  void followersHaveTheSameStateAsTheLeader() {
    swarm.create(ServiceSpec.of("web", "nginx").withReplicas(5));
    swarm.pass(Duration.ofMinutes(1));

    assertThat(swarm.managers.get(1).store.view().tasks())
        .isEqualTo(swarm.managers.get(0).store.view().tasks());
    assertThat(swarm.managers.get(1).isLeading()).isFalse();
  }

  @Test
  void tasksRunOnWhileNodesFindTheNewLeader() {
    ServiceId web = swarm.create(ServiceSpec.of("web", "nginx").withReplicas(3));
    List<TaskId> before = swarm.running(web).stream().map(Task::id).toList();

    swarm.closeLeader();
    assertThat(swarm.view().nodes()).allMatch(n -> n.status().state() == NodeState.UNKNOWN);
    swarm.pass(Duration.ofMinutes(2));

    assertThat(swarm.view().nodes()).allMatch(n -> n.status().state() == NodeState.READY);
    assertThat(swarm.running(web)).extracting(Task::id).containsExactlyElementsOf(before);
    for (Task task : swarm.running(web)) {
      assertThat(swarm.runtime(task.nodeId()).created).isEqualTo(1);
    }
  }

  @Test
  void theNewLeaderLetsADelayedReplacementGoWhenTheRestOfTheDelayIsOver() {
    ServiceId web = swarm.create(delayed(Duration.ofMinutes(1)));
    swarm.exit(swarm.running(web).get(0), 1);
    swarm.pass(Duration.ofSeconds(20));

    swarm.closeLeader();

    swarm.pass(Duration.ofSeconds(39));
    assertThat(swarm.running(web)).isEmpty();
    swarm.pass(Duration.ofSeconds(1));
    assertThat(swarm.running(web)).hasSize(1);
    assertThat(swarm.slot(web, 1)).hasSize(2);
  }

  @Test
  void aDelayedReplacementIsNotForgottenWhenItsPredecessorsRecordIsGone() {
    swarm.cluster(spec -> spec.withTaskHistoryLimit(0));
    ServiceId web = swarm.create(delayed(Duration.ofMinutes(1)));
    swarm.exit(swarm.running(web).get(0), 1);
    assertThat(swarm.slot(web, 1)).hasSize(1);

    swarm.closeLeader();
    swarm.pass(Duration.ofMinutes(1));

    assertThat(swarm.running(web)).hasSize(1);
  }

  @Test
  void theNewLeaderGoesOnWaitingForTheOldTaskToEnd() {
    ServiceId web = swarm.create(ServiceSpec.of("web", "nginx"));
    Task old = swarm.running(web).get(0);
    swarm.runtime(old.nodeId()).stopTakes = Duration.ofSeconds(30);
    swarm.availability(old.nodeId(), Availability.DRAIN);
    swarm.pass(Duration.ofSeconds(10));

    swarm.closeLeader();

    swarm.pass(Duration.ofSeconds(19));
    assertThat(swarm.running(web)).isEmpty();
    swarm.pass(Duration.ofSeconds(2));
    assertThat(swarm.running(web)).hasSize(1);
  }

  @Test
  void attemptsAreRememberedAndAnUpdateIsNotOneOfThem() {
    RestartPolicy twice = RestartPolicy.builder().maxAttempts(2).delay(Duration.ZERO).build();
    ServiceSpec spec = ServiceSpec.of("web", "nginx");
    ServiceId web = swarm.create(spec.withTask(spec.task().withRestart(twice)));
    replaceByUpdate(web);
    crash(web);

    swarm.closeLeader();
    swarm.pass(Duration.ofMinutes(1));

    crash(web);
    assertThat(swarm.running(web)).as("one of two attempts was left").hasSize(1);
    crash(web);
    assertThat(swarm.running(web)).isEmpty();
  }

  /** What an updater does: another task under the new spec, and an end to the old one. */
  private void replaceByUpdate(ServiceId web) {
    swarm.pass(Duration.ofSeconds(1));
    TaskId old = swarm.running(web).get(0).id();
    swarm.write(
        tx -> {
          Service service = tx.service(web);
          Service next =
              tx.put(
                  service.withNewSpec(
                      service.spec().withLabels(Map.of("v", "2")), 10, tx.specVersionsInUse(web)));
          Task before = tx.task(old);
          TaskWrites.shutDown(tx, before, new Reason.Stopped("update"), "");
          return tx.put(
              before
                  .withId(swarm.ids.task())
                  .withSpecVersion(next.specVersion())
                  .withNodeId(null)
                  .withDesiredState(TaskState.RUNNING)
                  .withStatus(TaskStatus.of(TaskState.NEW, tx.now(), "created")));
        });
    assertThat(swarm.running(web)).hasSize(1).extracting(Task::specVersion).containsExactly(2L);
  }

  private void crash(ServiceId web) {
    swarm.pass(Duration.ofSeconds(1));
    swarm.exit(swarm.running(web).get(0), 1);
  }

  @Test
  void aNodeThatDoesNotFindTheNewLeaderIsDownAfterSixPeriods() {
    NodeId w1 = swarm.nodeNamed("w1");
    swarm.cut(w1, true);

    swarm.closeLeader();

    swarm.pass(Duration.ofSeconds(29));
    assertThat(swarm.state(w1)).isEqualTo(NodeState.UNKNOWN);
    swarm.pass(Duration.ofSeconds(1));
    assertThat(swarm.state(w1)).isEqualTo(NodeState.DOWN);
    assertThat(swarm.node(w1).status().message())
        .isEqualTo("heartbeat failure for node in \"unknown\" state");
  }

  @Test
  void whatWasNotCommittedFailsAndLeavesNoTrace() {
    HeldLog log = new HeldLog(4096);
    TestSwarm single = new TestSwarm(1, List.of(log), EndpointGate.OPEN);
    log.hold();
    CompletableFuture<Service> created =
        single
            .leader()
            .control
            .submit(
                tx -> tx.put(Service.create(single.ids.service(), ServiceSpec.of("web", "nginx"))))
            .toCompletableFuture();
    single.time.settle();
    assertThat(created).isNotDone();

    log.loseLeadership();
    single.time.settle();
    log.release();

    assertThat(created)
        .failsWithin(Duration.ZERO)
        .withThrowableThat()
        .withCauseInstanceOf(UnavailableException.class);
    assertThat(single.managers.get(0).store.view().services()).isEmpty();
    CompletableFuture<Integer> refused =
        single.managers.get(0).control.submit(tx -> 1).toCompletableFuture();
    single.time.settle();
    assertThat(refused).isCompletedExceptionally();

    log.gainLeadership();
    single.time.settle();
    assertThat(single.create(ServiceSpec.of("web", "nginx"))).isNotNull();
    assertThat(single.view().services()).hasSize(1);
  }

  @Test
  void thousandsOfNodesAreMarkedUnknownInEntriesOfTheLogsSize() {
    HeldLog log = new HeldLog(10);
    TestSwarm many = new TestSwarm(1, List.of(log), EndpointGate.OPEN).joinWorkers(35);
    int before = log.committed().size();

    log.loseLeadership();
    log.gainLeadership();
    many.time.settle();

    assertThat(log.committed().subList(before, log.committed().size()))
        .allSatisfy(entry -> assertThat(entry.size()).isLessThanOrEqualTo(10));
    many.pass(Duration.ofSeconds(20));
    assertThat(many.view().nodes()).allMatch(node -> node.status().state() == NodeState.READY);
  }

  private static ServiceSpec delayed(Duration delay) {
    ServiceSpec spec = ServiceSpec.of("web", "nginx");
    return spec.withTask(spec.task().withRestart(RestartPolicy.builder().delay(delay).build()));
  }
}
