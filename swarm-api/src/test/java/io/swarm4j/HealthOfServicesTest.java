package io.swarm4j;

import static io.swarm4j.SimSwarm.LONG;
import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.model.HealthCheck;
import io.swarm4j.model.HealthCheck.Probe;
import io.swarm4j.model.Probes;
import io.swarm4j.model.Reason;
import io.swarm4j.model.RestartPolicy;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskHealth;
import io.swarm4j.model.TaskId;
import io.swarm4j.model.TaskState;
import io.swarm4j.model.UpdatePolicy;
import io.swarm4j.model.UpdateStatus.State;
import io.swarm4j.sim.SimulatedImage;
import io.swarm4j.testing.Feature;
import java.time.Duration;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HealthOfServicesTest {
  private static final HealthCheck EVERY_5_S =
      new HealthCheck(new Probe.Shell("true"), Duration.ofSeconds(5), null, 3, null, null);

  private final SimSwarm sim = SimSwarm.workers(3);
  private final Services services = sim.services();

  @AfterEach
  void close() {
    sim.close();
  }

  @Test
  @Feature({"N09", "N11", "N23", "SC-146"})
  void anUnhealthyTaskIsReplacedAfterRetriesTimesTheInterval() {
    create(1, EVERY_5_S);
    Task old = sim.running("calc").get(0);
    corrupt(old);

    sim.pass(Duration.ofMillis(14_999));
    assertThat(sim.running("calc")).extracting(Task::id).containsExactly(old.id());
    sim.pass(Duration.ofMillis(1));

    Task ended = sim.swarm.tasks().get(old.id().toString());
    assertThat(ended.desiredState()).isEqualTo(TaskState.SHUTDOWN);
    assertThat(ended.state()).isEqualTo(TaskState.FAILED);
    assertThat(ended.status().reason()).isInstanceOf(Reason.Unhealthy.class);
    assertThat(ended.status().err()).isEqualTo("task: non-zero exit (137): unhealthy container");
    assertThat(health(ended).state()).isEqualTo(TaskHealth.State.UNHEALTHY);
    sim.pass(Duration.ofSeconds(2));
    Task young = sim.wanted("calc").get(0);
    assertThat(young.state()).isEqualTo(TaskState.STARTING);
    assertThat(health(young).state()).isEqualTo(TaskHealth.State.STARTING);
    sim.converged("calc");
    assertThat(health(sim.running("calc").get(0)).state()).isEqualTo(TaskHealth.State.HEALTHY);
  }

  @Test
  @Feature({"N16", "N17", "SC-141", "SC-143"})
  void aBrokenTaskWithoutACheckStaysUntilItIsReplacedByForce() {
    create(1, null);
    TaskId broken = sim.running("calc").get(0).id();
    corrupt(sim.running("calc").get(0));

    sim.pass(Duration.ofMinutes(10));
    assertThat(sim.running("calc")).extracting(Task::id).containsExactly(broken);
    change(spec -> spec.withTask(spec.task().withForceUpdate(1)));
    sim.converged("calc");

    assertThat(sim.running("calc")).hasSize(1).extracting(Task::id).doesNotContain(broken);
  }

  @Test
  @Feature({"N17", "SC-147"})
  void forceUnderACheckWaitsForTheNewTasksHealthAndTheOldOneHasNotFailed() {
    create(1, EVERY_5_S);
    Task old = sim.running("calc").get(0);

    change(spec -> spec.withTask(spec.task().withForceUpdate(1)));
    sim.pass(Duration.ofSeconds(1));
    assertThat(health(sim.wanted("calc").get(0)).state()).isEqualTo(TaskHealth.State.STARTING);
    sim.converged("calc");

    assertThat(health(sim.running("calc").get(0)).state()).isEqualTo(TaskHealth.State.HEALTHY);
    assertThat(sim.swarm.tasks().get(old.id().toString()).state()).isEqualTo(TaskState.SHUTDOWN);
  }

  @Test
  @Feature({"N01", "N11", "SC-142"})
  void theCheckThatAnImageBringsAlongHealsItsService() {
    sim.behave("cowsayhealth", SimulatedImage.builder().health(EVERY_5_S).build());
    services.create(ServiceSpec.of("cow", "cowsayhealth"));
    sim.converged("cow");
    Task old = sim.running("cow").get(0);
    assertThat(health(old).state()).isEqualTo(TaskHealth.State.HEALTHY);
    corrupt(old);

    sim.pass(Duration.ofSeconds(15));

    Task ended = sim.swarm.tasks().get(old.id().toString());
    assertThat(ended.desiredState()).isEqualTo(TaskState.SHUTDOWN);
    assertThat(ended.status().reason()).isInstanceOf(Reason.Unhealthy.class);
    sim.converged("cow");
    assertThat(health(sim.running("cow").get(0)).state()).isEqualTo(TaskHealth.State.HEALTHY);
  }

  @Test
  @Feature({"N18", "SC-145"})
  void addingACheckReplacesTheTaskAndShowsItsHealth() {
    create(1, null);
    Task before = sim.running("calc").get(0);
    assertThat(before.status().health()).isNull();

    change(spec -> with(spec, EVERY_5_S));
    sim.converged("calc");

    Task after = sim.running("calc").get(0);
    assertThat(after.id()).isNotEqualTo(before.id());
    assertThat(health(after).state()).isEqualTo(TaskHealth.State.HEALTHY);
    assertThat(health(after).failingStreak()).isZero();
    assertThat(health(after).log()).isNotEmpty().allMatch(result -> result.exitCode() == 0);
  }

  @Test
  @Feature({"N13", "N15", "SC-149"})
  void newTasksGetTrafficFromTheirFirstSuccessOn() {
    create(4, EVERY_5_S);
    for (int round = 0; round < 2; round++) {
      services.scale("calc", 6);
      sim.pass(Duration.ofSeconds(4));
      assertThat(services.health("calc")).isEqualTo(new ServiceHealth(6, 4, 4, 2, 0));
      sim.pass(Duration.ofSeconds(1));
      assertThat(services.health("calc")).isEqualTo(new ServiceHealth(6, 6, 6, 0, 0));
      services.scale("calc", 4);
      sim.pass(Duration.ofSeconds(1));
      assertThat(services.health("calc").isComplete()).isTrue();
    }
  }

  @Test
  @Feature({"N14", "N15", "SC-150"})
  void anUnhealthyTaskLeavesTheTrafficAndItsSuccessorEntersWhenHealthy() {
    create(6, EVERY_5_S);
    corrupt(sim.running("calc").get(2));

    sim.pass(Duration.ofSeconds(15));
    assertThat(services.health("calc").ready()).isEqualTo(5);
    sim.pass(Duration.ofSeconds(5));
    assertThat(services.health("calc").ready()).isEqualTo(5);
    sim.converged("calc");

    assertThat(services.health("calc").ready()).isEqualTo(6);
  }

  @Test
  @Feature("N15")
  void aTaskThatIsNotReadyGetsNoTrafficAndIsNotReplaced() {
    create(2, null);
    change(spec -> probes(spec, new Probes(null, EVERY_5_S, null)));
    sim.converged("calc");
    Task task = sim.running("calc").get(0);
    corrupt(task);

    sim.pass(Duration.ofMinutes(5));
    assertThat(services.health("calc")).isEqualTo(new ServiceHealth(2, 2, 1, 0, 1));
    Convergence waiting = services.await("calc", Duration.ofSeconds(1));
    assertThat(waiting).isInstanceOf(Convergence.TimedOut.class);
    sim.runtimes.get(sim.host(task)).setHealthy(task.id(), true);
    sim.converged("calc");

    assertThat(sim.running("calc")).extracting(Task::id).contains(task.id());
  }

  @Test
  void readinessHoldsARollOutBackWhoseTasksDoNotBecomeReady() {
    create(3, null);
    change(spec -> probes(spec, new Probes(null, EVERY_5_S, null)));
    sim.converged("calc");
    sim.behave("calc:2", SimulatedImage.builder().unhealthyAfter(Duration.ZERO).build());
    change(
        spec ->
            spec.withUpdate(UpdatePolicy.builder().progressDeadline(LONG).build())
                .withTask(spec.task().withContainer(spec.task().container().withImage("calc:2"))));

    sim.pass(Duration.ofSeconds(59));
    assertThat(services.health("calc").ready()).isEqualTo(2);
    assertThat(Objects.requireNonNull(services.get("calc").updateStatus()).state())
        .isEqualTo(State.UPDATING);
    sim.pass(Duration.ofSeconds(1));

    assertThat(Objects.requireNonNull(services.get("calc").updateStatus()).state())
        .isEqualTo(State.PAUSED);
    assertThat(services.health("calc").ready()).isEqualTo(2);
  }

  private void create(int replicas, @Nullable HealthCheck check) {
    ServiceSpec spec = ServiceSpec.of("calc", "calc:1").withReplicas(replicas);
    RestartPolicy soon = RestartPolicy.builder().delay(Duration.ofSeconds(1)).build();
    services.create(with(spec.withTask(spec.task().withRestart(soon)), check));
    sim.converged("calc");
  }

  private void change(UnaryOperator<ServiceSpec> change) {
    services.update("calc", change);
    sim.time.settle();
  }

  private static ServiceSpec with(ServiceSpec spec, @Nullable HealthCheck check) {
    return spec.withTask(spec.task().withContainer(spec.task().container().withHealth(check)));
  }

  private static ServiceSpec probes(ServiceSpec spec, Probes probes) {
    return spec.withTask(spec.task().withContainer(spec.task().container().withProbes(probes)));
  }

  private void corrupt(Task task) {
    sim.runtimes.get(sim.host(task)).setHealthy(task.id(), false);
  }

  private static TaskHealth health(Task task) {
    return Objects.requireNonNull(task.status().health());
  }
}
