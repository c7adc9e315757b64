package io.swarm4j.orchestrator;

import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.dispatcher.EndpointGate;
import io.swarm4j.model.Node.Availability;
import io.swarm4j.model.RolloutRecord;
import io.swarm4j.model.Service;
import io.swarm4j.model.ServiceId;
import io.swarm4j.model.ServiceMode;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.Task;
import io.swarm4j.model.UpdatePolicy;
import io.swarm4j.model.UpdatePolicy.UpdateOrder;
import io.swarm4j.model.UpdateStatus.State;
import io.swarm4j.store.MemoryLog;
import io.swarm4j.testing.Feature;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a roll-out goes through beside its plain course: new leaders, slow withdrawals. */
class UpdaterTest {
  private final TestSwarm swarm =
      new TestSwarm(1, MemoryLog.group(3), EndpointGate.OPEN).joinWorkers(3);

  @ParameterizedTest
  @EnumSource(UpdateOrder.class)
  void aNewLeaderGoesOnWithAnUpdateWithoutMakingATaskTwice(UpdateOrder order) {
    ServiceId web = create(4, UpdatePolicy.builder().parallelism(2).order(order).build());
    swarm.runtimes.forEach(runtime -> runtime.prepareTakes = Duration.ofMinutes(1));
    image(web, "nginx:2");
    swarm.pass(Duration.ofSeconds(5));

    swarm.closeLeader();
    swarm.pass(Duration.ofSeconds(20));

    assertThat(newTasks(web)).hasSize(2);
    assertThat(record(web).outcome()).isEqualTo(RolloutRecord.Outcome.UNDER_WAY);
    swarm.pass(Duration.ofMinutes(3));
    assertThat(swarm.running(web)).hasSize(4).allMatch(task -> task.specVersion() == 2);
    assertThat(newTasks(web)).hasSize(4);
    assertThat(service(web).updateStatus().state()).isEqualTo(State.COMPLETED);
    assertThat(service(web).rollouts())
        .singleElement()
        .matches(record -> record.outcome() == RolloutRecord.Outcome.COMPLETED);
  }

  @ParameterizedTest
  @EnumSource(UpdateOrder.class)
  void anUpdateDoesNotWaitForANodeThatIsPausedMeanwhile(UpdateOrder order) {
    ServiceId agent =
        swarm.create(
            ServiceSpec.of("agent", "nginx:1")
                .withMode(new ServiceMode.Global())
                .withUpdate(
                    UpdatePolicy.builder().order(order).delay(Duration.ofSeconds(30)).build()));
    image(agent, "nginx:2");
    swarm.pass(Duration.ofSeconds(1));
    assertThat(newTasks(agent)).hasSize(1);
    Task old =
        swarm.running(agent).stream().filter(task -> task.specVersion() == 1).findFirst().get();

    swarm.availability(old.nodeId(), Availability.PAUSE);
    swarm.pass(Duration.ofMinutes(5));
    assertThat(service(agent).updateStatus().state()).isEqualTo(State.COMPLETED);
    assertThat(swarm.running(agent)).hasSize(3).contains(swarm.view().task(old.id()));

    swarm.availability(old.nodeId(), Availability.ACTIVE);
    swarm.pass(Duration.ofMinutes(5));
    assertThat(swarm.running(agent)).hasSize(3).allMatch(task -> task.specVersion() == 2);
  }

  @Test
  void aPausedUpdateStaysPausedUnderANewLeader() {
    ServiceId web = create(3, UpdatePolicy.builder().delay(Duration.ofSeconds(20)).build());
    image(web, "nginx:2");
    swarm.exit(newTasks(web).get(0), 1);
    assertThat(service(web).updateStatus().state()).isEqualTo(State.PAUSED);

    swarm.closeLeader();
    swarm.pass(Duration.ofMinutes(2));

    assertThat(service(web).updateStatus().state()).isEqualTo(State.PAUSED);
    assertThat(swarm.running(web)).filteredOn(task -> task.specVersion() == 1).hasSize(2);
  }

  @ParameterizedTest
  @EnumSource(UpdateOrder.class)
  @Feature({"J26", "N15"})
  void noTaskGetsItsStopSignalBeforeItsEndpointIsWithdrawn(UpdateOrder order) {
    List<CompletableFuture<Void>> withdrawals = new ArrayList<>();
    EndpointGate gate =
        (task, revision) -> {
          CompletableFuture<Void> withdrawn = new CompletableFuture<>();
          withdrawals.add(withdrawn);
          return withdrawn;
        };
    TestSwarm gated = new TestSwarm(1, List.of(MemoryLog.single()), gate).joinWorkers(3);
    ServiceId web =
        gated.create(
            ServiceSpec.of("web", "nginx:1")
                .withReplicas(3)
                .withUpdate(UpdatePolicy.builder().parallelism(0).order(order).build()));

    gated.update(web, spec -> spec.withTask(spec.task().withForceUpdate(1)));
    gated.pass(Duration.ofSeconds(5));

    assertThat(withdrawals).hasSize(3);
    assertThat(containers(gated)).isEqualTo(order == UpdateOrder.START_FIRST ? 6 : 3);
    withdrawals.forEach(each -> each.complete(null));
    gated.pass(Duration.ofSeconds(5));
    assertThat(containers(gated)).isEqualTo(3);
    assertThat(gated.running(web)).hasSize(3).allMatch(task -> task.specVersion() == 2);
  }

  private static int containers(TestSwarm swarm) {
    return swarm.runtimes.stream().mapToInt(runtime -> runtime.running().size()).sum();
  }

  private ServiceId create(int replicas, UpdatePolicy policy) {
    ServiceId id =
        swarm.create(ServiceSpec.of("web", "nginx:1").withReplicas(replicas).withUpdate(policy));
    swarm.pass(Duration.ofSeconds(1));
    return id;
  }

  private void image(ServiceId id, String image) {
    swarm.update(
        id,
        spec -> spec.withTask(spec.task().withContainer(spec.task().container().withImage(image))));
  }

  private Service service(ServiceId id) {
    return swarm.view().service(id);
  }

  private RolloutRecord record(ServiceId id) {
    return service(id).rollouts().get(0);
  }

  private List<Task> newTasks(ServiceId id) {
    return swarm.view().tasksOf(id).stream().filter(task -> task.specVersion() == 2).toList();
  }
}
