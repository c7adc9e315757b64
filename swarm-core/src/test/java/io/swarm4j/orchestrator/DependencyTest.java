package io.swarm4j.orchestrator;

import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.model.Dependency;
import io.swarm4j.model.Dependency.DependencyCondition;
import io.swarm4j.model.HealthCheck;
import io.swarm4j.model.HealthCheck.Probe;
import io.swarm4j.model.Reason;
import io.swarm4j.model.RestartPolicy;
import io.swarm4j.model.RestartPolicy.RestartCondition;
import io.swarm4j.model.ServiceId;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskState;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class DependencyTest {
  private static final HealthCheck EVERY_5_S =
      new HealthCheck(
          new Probe.Shell("ask"), Duration.ofSeconds(5), Duration.ofSeconds(2), 3, null, null);

  private final TestSwarm swarm = TestSwarm.withWorkers(2);

  @Test
  void aTaskIsMadeReadyAndWaitsForAHealthyTaskOfAnotherServiceWithAReason() {
    ServiceId web = swarm.create(on(ServiceSpec.of("web", "nginx"), "db", healthy()));

    Task waiting = only(web);
    assertThat(waiting.desiredState()).isEqualTo(TaskState.READY);
    assertThat(waiting.state()).isEqualTo(TaskState.READY);
    assertThat(waiting.status().reason()).isEqualTo(new Reason.Waiting("db", healthy()));
    assertThat(waiting.status().err()).isEqualTo("waiting until service db is healthy");

    ServiceId db = swarm.create(checked(ServiceSpec.of("db", "mysql")));
    assertThat(only(db).state()).isEqualTo(TaskState.STARTING);
    assertThat(only(web).state()).isEqualTo(TaskState.READY);
    swarm.pass(Duration.ofSeconds(5));
    assertThat(swarm.running(db)).hasSize(1);
    assertThat(swarm.running(web)).extracting(Task::id).containsExactly(waiting.id());
    assertThat(only(web).status().err()).isEmpty();
  }

  @Test
  void startedIsLessThanHealthy() {
    swarm.create(checked(ServiceSpec.of("db", "mysql")));

    ServiceId web =
        swarm.create(on(ServiceSpec.of("web", "nginx"), "db", DependencyCondition.STARTED));

    assertThat(swarm.running(web)).hasSize(1);
  }

  @Test
  void completedMeansThatEveryTaskEndedWell() {
    ServiceSpec once =
        ServiceSpec.of("migrate", "flyway")
            .withReplicas(2)
            .with(
                spec ->
                    spec.task(
                        spec.task()
                            .withRestart(
                                RestartPolicy.DEFAULT.withCondition(RestartCondition.ON_FAILURE))));
    ServiceId migrate = swarm.create(once);
    ServiceId web =
        swarm.create(on(ServiceSpec.of("web", "nginx"), "migrate", DependencyCondition.COMPLETED));

    Task first = swarm.running(migrate).get(0);
    swarm.exit(first, 0);
    Task second = swarm.running(migrate).get(0);
    swarm.exit(second, 1);
    assertThat(only(web).status().reason())
        .isEqualTo(new Reason.Waiting("migrate", DependencyCondition.COMPLETED));
    swarm.pass(Duration.ofSeconds(10));
    swarm.exit(swarm.running(migrate).get(0), 0);

    assertThat(swarm.running(web)).hasSize(1);
  }

  @Test
  void dependenciesAreMetOneAfterTheOtherAndEachIsNamedInTurn() {
    ServiceSpec spec =
        ServiceSpec.of("web", "nginx")
            .with(
                it ->
                    it.task(
                        it.task()
                            .withDependsOn(
                                List.of(
                                    new Dependency("db", healthy(), false),
                                    new Dependency("cache", healthy(), false)))));
    ServiceId web = swarm.create(spec);

    assertThat(only(web).status().reason()).isEqualTo(new Reason.Waiting("db", healthy()));
    swarm.create(ServiceSpec.of("db", "mysql"));
    assertThat(only(web).status().reason()).isEqualTo(new Reason.Waiting("cache", healthy()));
    swarm.create(ServiceSpec.of("cache", "redis"));
    assertThat(swarm.running(web)).hasSize(1);
  }

  @Test
  void aRunningTaskStaysWhenItsDependencyFailsButItsSuccessorWaits() {
    ServiceId db = swarm.create(ServiceSpec.of("db", "mysql"));
    ServiceId web = swarm.create(on(ServiceSpec.of("web", "nginx"), "db", healthy()));
    swarm.update(db, spec -> spec.withReplicas(0));
    swarm.pass(Duration.ofMinutes(1));
    assertThat(swarm.running(web)).hasSize(1);

    swarm.exit(swarm.running(web).get(0), 1);
    swarm.pass(Duration.ofMinutes(1));
    assertThat(swarm.running(web)).isEmpty();
    assertThat(newest(web).status().reason()).isEqualTo(new Reason.Waiting("db", healthy()));
    swarm.update(db, spec -> spec.withReplicas(1));
    assertThat(swarm.running(web)).hasSize(1);
  }

  @Test
  void aWaitOutlivesTheLeader() {
    TestSwarm three =
        new TestSwarm(
                1, io.swarm4j.store.MemoryLog.group(3), io.swarm4j.dispatcher.EndpointGate.OPEN)
            .joinWorkers(2);
    ServiceId web = three.create(on(ServiceSpec.of("web", "nginx"), "db", healthy()));

    three.closeLeader();
    three.pass(Duration.ofMinutes(1));
    assertThat(three.view().tasksOf(web).get(0).status().reason())
        .isEqualTo(new Reason.Waiting("db", healthy()));
    three.create(ServiceSpec.of("db", "mysql"));

    assertThat(three.running(web)).hasSize(1);
  }

  @Test
  void aRemovedServiceEndsAfterThoseThatAskedToEndBeforeIt() {
    ServiceId db = swarm.create(ServiceSpec.of("db", "mysql"));
    ServiceId web =
        swarm.create(
            ServiceSpec.of("web", "nginx")
                .with(
                    it ->
                        it.task(
                            it.task()
                                .withDependsOn(List.of(new Dependency("db", healthy(), true))))));
    swarm.runtimes.forEach(runtime -> runtime.stopTakes = Duration.ofSeconds(5));

    swarm.write(
        tx -> {
          tx.put(tx.service(db).withRemoved(tx.now()));
          return tx.put(tx.service(web).withRemoved(tx.now()));
        });
    swarm.pass(Duration.ofSeconds(4));
    assertThat(swarm.running(db)).hasSize(1).allMatch(Task::isDesiredAlive);
    assertThat(swarm.view().tasksOf(web)).noneMatch(Task::isDesiredAlive);
    swarm.pass(Duration.ofSeconds(4));
    assertThat(swarm.view().tasksOf(web)).isEmpty();
    assertThat(swarm.view().tasksOf(db)).noneMatch(Task::isDesiredAlive);
    swarm.pass(Duration.ofSeconds(10));

    assertThat(swarm.view().services()).isEmpty();
  }

  private static DependencyCondition healthy() {
    return DependencyCondition.HEALTHY;
  }

  private static ServiceSpec on(ServiceSpec spec, String service, DependencyCondition condition) {
    return spec.withTask(
        spec.task().withDependsOn(List.of(new Dependency(service, condition, false))));
  }

  private static ServiceSpec checked(ServiceSpec spec) {
    return spec.withTask(spec.task().withContainer(spec.task().container().withHealth(EVERY_5_S)));
  }

  private Task only(ServiceId service) {
    List<Task> tasks = swarm.view().tasksOf(service);
    assertThat(tasks).hasSize(1);
    return tasks.get(0);
  }

  private Task newest(ServiceId service) {
    return swarm.view().tasksOf(service).stream().filter(Task::isDesiredAlive).findFirst().get();
  }
}
