package io.swarm4j;

import static io.swarm4j.SimSwarm.LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.swarm4j.model.ConflictException;
import io.swarm4j.model.EndpointSpec;
import io.swarm4j.model.InvalidSpecException;
import io.swarm4j.model.Mount;
import io.swarm4j.model.NotFoundException;
import io.swarm4j.model.PortSpec;
import io.swarm4j.model.Service;
import io.swarm4j.model.ServiceMode;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskId;
import io.swarm4j.model.TaskState;
import io.swarm4j.testing.Feature;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ServicesTest {
  private static final Duration LONG_ENOUGH_TO_REAP = Duration.ofSeconds(30);

  private final SimSwarm sim = SimSwarm.workers(2);
  private final Services services = sim.services();

  @AfterEach
  void close() {
    sim.close();
  }

  @Test
  @Feature({"E01", "E02", "E03", "E04", "E14"})
  void creationGivesAnIdAndOneReplicatedTaskUnlessSaidOtherwise() {
    Service web = services.create(ServiceSpec.of("web", "nginx:1.27"));

    assertThat(web.id().toString()).hasSize(25);
    assertThat(web.spec().mode()).isEqualTo(new ServiceMode.Replicated(1));
    assertThat(services.list()).extracting(Service::name).containsExactly("web");
    sim.converged("web");
    assertThat(sim.running("web")).hasSize(1);
    assertThat(services.get("web").spec().task().container().image()).isEqualTo("nginx:1.27");
  }

  @Test
  @Feature({"E02", "E05", "E15", "E16", "E18"})
  void aServiceIsItsDefinitionAndIsInspectedAsStored() {
    ServiceSpec spec =
        ServiceSpec.of("web", "nginx")
            .with(
                it ->
                    it.task(
                            it.task()
                                .with(
                                    task ->
                                        task.container(
                                            task.container()
                                                .with(
                                                    container ->
                                                        container
                                                            .command(List.of("serve"))
                                                            .workingDir("/srv")
                                                            .env(Map.of("A", "1"))
                                                            .mounts(
                                                                List.of(Mount.bind("/a", "/b")))))))
                        .endpoint(EndpointSpec.publish(PortSpec.ingress(8080, 80)))
                        .mode(new ServiceMode.Replicated(2)));
    services.create(spec);

    assertThat(services.get("web").spec()).isEqualTo(spec);
    assertThat(services.get("web").previousSpec()).isNull();
    services.update("web", it -> withEnv(it, Map.of("B", "2")));
    assertThat(services.get("web").spec().task().container().env()).containsOnlyKeys("B");
    sim.converged("web");
  }

  @Test
  @Feature({"E05", "F11"})
  void idsNamesAndUniquePrefixesFindTheSameService() {
    Service web = services.create(ServiceSpec.of("web", "nginx"));
    String id = web.id().toString();

    assertThat(services.get("web").id()).isEqualTo(web.id());
    assertThat(services.get("WEB").id()).isEqualTo(web.id());
    assertThat(services.get(id).id()).isEqualTo(web.id());
    assertThat(services.get(id.substring(0, 20)).id()).isEqualTo(web.id());
    assertThatThrownBy(() -> services.get("nothing"))
        .isInstanceOf(NotFoundException.class)
        .hasMessageContaining("service nothing not found");
    assertThatThrownBy(() -> services.get("")).isInstanceOf(NotFoundException.class);

    sim.converged("web");
    Task task = sim.running("web").get(0);
    assertThat(sim.swarm.tasks().get(task.id().toString().substring(0, 20))).isEqualTo(task);
  }

  @Test
  void aPrefixOfSeveralIdsIsAmbiguous() {
    String common = "";
    while (common.isEmpty()) {
      services.create(ServiceSpec.of("s" + services.list().size(), "nginx").withReplicas(0));
      common = sharedFirstLetter();
    }
    String prefix = common;

    assertThatThrownBy(() -> services.get(prefix))
        .isInstanceOf(ConflictException.class)
        .hasMessageContaining("service " + prefix + " is ambiguous (2 matches found)");
  }

  /** What two services' ids begin with, empty if no two begin with the same letter. */
  private String sharedFirstLetter() {
    List<String> first =
        services.list().stream().map(each -> each.id().toString().substring(0, 1)).toList();
    return first.stream()
        .filter(letter -> first.indexOf(letter) != first.lastIndexOf(letter))
        .findFirst()
        .orElse("");
  }

  @Test
  @Feature({"E06", "F01", "F02", "F09"})
  void tasksAreListedBySlotTheNewestFirst() {
    services.create(ServiceSpec.of("web", "nginx").withReplicas(2));
    sim.converged("web");
    TaskId first = sim.running("web").get(0).id();
    sim.crash(sim.running("web").get(0), 1);
    sim.pass(Duration.ofSeconds(10));

    List<Task> tasks = services.tasks("web");
    assertThat(tasks)
        .extracting(task -> sim.swarm.view().nameOf(task))
        .containsExactly("web.1", "web.1", "web.2");
    assertThat(tasks.get(0).state()).isEqualTo(TaskState.RUNNING);
    assertThat(tasks.get(1).id()).isEqualTo(first);
  }

  @Test
  @Feature({"E07", "E08", "F10", "E21"})
  void aRemovedServiceIsGoneWithItsTasksAndTheNameIsFree() {
    Service before = services.create(ServiceSpec.of("web", "nginx").withReplicas(3));
    sim.converged("web");

    services.remove("web");
    assertThat(services.list()).isEmpty();
    assertThatThrownBy(() -> services.tasks("web")).isInstanceOf(NotFoundException.class);
    assertThatThrownBy(() -> services.remove("web")).isInstanceOf(NotFoundException.class);
    Service after = services.create(ServiceSpec.of("web", "nginx"));
    sim.converged("web");

    assertThat(after.id()).isNotEqualTo(before.id());
    assertThat(services.tasks("web")).hasSize(1);
    sim.pass(LONG_ENOUGH_TO_REAP);
    assertThat(sim.swarm.tasks().list()).hasSize(1);
    assertThat(sim.runtimes.values().stream().mapToInt(each -> each.running()).sum()).isOne();
  }

  @Test
  @Feature({"E09", "E10", "E11", "E13"})
  void scalingLeavesTheOtherTasksAndServicesAlone() {
    services.create(ServiceSpec.of("other", "nginx").withReplicas(2));
    services.create(ServiceSpec.of("web", "nginx"));
    sim.converged("other");
    sim.converged("web");
    List<Task> others = sim.running("other");
    TaskId first = sim.running("web").get(0).id();

    services.update("web", spec -> spec.withReplicas(2));
    sim.converged("web");
    services.scale("web", 4);
    sim.converged("web");
    assertThat(sim.running("web")).hasSize(4).extracting(Task::id).contains(first);
    services.scale("web", 1);
    sim.converged("web");

    assertThat(sim.running("web")).hasSize(1);
    assertThat(sim.running("other")).isEqualTo(others);
  }

  @Test
  @Feature({"E12", "F10", "SC-069"})
  void scaledToZeroKeepsTheDefinitionAndForgetsTheHistory() {
    services.create(ServiceSpec.of("web", "nginx").withReplicas(2));
    sim.converged("web");
    sim.crash(sim.running("web").get(0), 1);
    sim.pass(Duration.ofSeconds(10));
    services.scale("web", 0);
    assertThat(services.await("web", LONG)).matches(Convergence::isConverged);
    sim.pass(LONG_ENOUGH_TO_REAP);
    sim.nodes().join(NodeOptions.worker("w3"));

    assertThat(services.get("web").spec().mode()).isEqualTo(new ServiceMode.Replicated(0));
    assertThat(services.tasks("web")).isEmpty();
    services.scale("web", 2);
    sim.converged("web");
    assertThat(services.tasks("web")).hasSize(2);
  }

  @Test
  @Feature({"F04", "F07", "F08", "F19"})
  void aServiceCountsItsTasksAndATaskTellsWhatItIsAndShallBeAndSinceWhen() {
    services.create(ServiceSpec.of("web", "nginx").withReplicas(3));
    sim.converged("web");
    sim.pass(Duration.ofSeconds(48));
    Task dead = sim.running("web").get(0);
    sim.crash(dead, 1);

    assertThat(services.await("web", Duration.ofSeconds(1)))
        .isInstanceOfSatisfying(
            Convergence.TimedOut.class,
            late -> {
              assertThat(late.running()).isEqualTo(2);
              assertThat(late.wanted()).isEqualTo(3);
            });
    List<Task> tasks = services.tasks("web");
    assertThat(tasks)
        .extracting(Task::desiredState)
        .containsExactlyInAnyOrder(
            TaskState.READY, TaskState.SHUTDOWN, TaskState.RUNNING, TaskState.RUNNING);
    assertThat(tasks)
        .filteredOn(task -> task.desiredState() == TaskState.RUNNING)
        .allMatch(task -> age(task).compareTo(Duration.ofSeconds(49)) >= 0);
    assertThat(tasks)
        .filteredOn(task -> task.id().equals(dead.id()))
        .allMatch(task -> task.state() == TaskState.FAILED)
        .allMatch(task -> age(task).compareTo(Duration.ofSeconds(2)) < 0);
  }

  private Duration age(Task task) {
    return Duration.between(task.status().at(), sim.time.now());
  }

  @Test
  @Feature({"E19", "H09", "J21"})
  void theSpecBeforeIsKeptAndRollbackTogglesBetweenTheTwo() {
    ServiceSpec open =
        ServiceSpec.of("web", "nginx")
            .withEndpoint(EndpointSpec.publish(PortSpec.ingress(8080, 80)));
    services.create(open);
    sim.converged("web");
    services.update("web", spec -> spec.withEndpoint(EndpointSpec.NONE));
    sim.converged("web");

    assertThat(services.get("web").spec().endpoint().ports()).isEmpty();
    assertThat(services.get("web").previousSpec()).isEqualTo(open);
    services.rollback("web");
    assertThat(services.get("web").spec()).isEqualTo(open);
    services.rollback("web");
    assertThat(services.get("web").spec().endpoint().ports()).isEmpty();
    services.create(ServiceSpec.of("fresh", "nginx"));
    assertThatThrownBy(() -> services.rollback("fresh"))
        .isInstanceOf(ConflictException.class)
        .hasMessageContaining("does not have a previous spec");
  }

  @Test
  @Feature({"E20", "SC-090"})
  void versionsRiseOverAllObjectsAndAnEqualSpecIsNoChange() {
    Service web = services.create(ServiceSpec.of("web", "nginx"));
    Service db = services.create(ServiceSpec.of("db", "mysql"));
    assertThat(db.meta().version()).isGreaterThan(web.meta().version());
    sim.converged("web");
    sim.pass(Duration.ofSeconds(10));
    Service present = services.get("web");
    long revision = sim.swarm.view().revision();

    Service same = services.update("web", spec -> spec.withLabels(Map.copyOf(spec.labels())));
    assertThat(same.meta()).isEqualTo(present.meta());
    assertThat(sim.swarm.view().revision()).isEqualTo(revision);
    Service changed = services.update("web", spec -> spec.withLabels(Map.of("a", "b")));
    assertThat(changed.meta().version()).isGreaterThan(db.meta().version());
  }

  @Test
  void anUpdateForAnOldVersionIsRefused() {
    services.create(ServiceSpec.of("web", "nginx"));
    Service read = sim.converged("web");
    Service changed = services.update("web", spec -> spec.withLabels(Map.of("a", "b")));

    assertThatThrownBy(
            () -> services.update("web", read.meta().version(), read.spec().withReplicas(2)))
        .isInstanceOf(ConflictException.class)
        .hasMessageContaining("update out of sequence")
        .hasMessageContaining("read it again");
    assertThat(services.get("web").spec()).isEqualTo(changed.spec());
    Service present = services.get("web");
    services.update("web", present.meta().version(), present.spec().withReplicas(2));
    assertThat(services.get("web").spec().mode()).isEqualTo(new ServiceMode.Replicated(2));
  }

  @Test
  @Feature({"G14", "G16", "G17", "E18"})
  void aGlobalServiceRunsOncePerNodeAndCannotBeScaled() {
    services.create(ServiceSpec.of("agent", "cadvisor").withMode(new ServiceMode.Global()));
    sim.converged("agent");

    assertThat(sim.running("agent")).hasSize(3);
    assertThat(sim.hosts("agent")).containsExactly("m1", "w1", "w2");
    assertThatThrownBy(() -> services.scale("agent", 5))
        .isInstanceOf(InvalidSpecException.class)
        .hasMessageContaining("scale can only be used with replicated mode");
    services.remove("agent");
    sim.pass(LONG_ENOUGH_TO_REAP);
    assertThat(sim.swarm.tasks().list()).isEmpty();
  }

  @Test
  void namesAndModesOfServicesDoNotChange() {
    services.create(ServiceSpec.of("web", "nginx"));

    assertThatThrownBy(() -> services.update("web", spec -> spec.withName("site")))
        .isInstanceOf(InvalidSpecException.class)
        .hasMessageContaining("renaming services is not supported");
    assertThatThrownBy(
            () -> services.update("web", spec -> spec.withMode(new ServiceMode.Global())))
        .isInstanceOf(InvalidSpecException.class)
        .hasMessageContaining("service mode change is not allowed");
  }

  @Test
  void aTakenNameIsRefusedWhateverItsCase() {
    services.create(ServiceSpec.of("web", "nginx"));

    assertThatThrownBy(() -> services.create(ServiceSpec.of("WEB", "nginx")))
        .isInstanceOf(ConflictException.class)
        .hasMessageContaining("name conflicts with an existing object");
  }

  @Test
  @Feature("E22")
  void theSameCallsServeOneNodeAndMany() {
    try (SimSwarm single = SimSwarm.workers(0)) {
      for (SimSwarm each : List.of(single, sim)) {
        each.services().create(ServiceSpec.of("web", "nginx").withReplicas(6));
        each.converged("web");
      }
      assertThat(single.hosts("web")).containsExactly("m1");
      assertThat(sim.hosts("web")).containsExactly("m1", "w1", "w2");
    }
  }

  private static ServiceSpec withEnv(ServiceSpec spec, Map<String, String> env) {
    return spec.withTask(spec.task().withContainer(spec.task().container().withEnv(env)));
  }
}
