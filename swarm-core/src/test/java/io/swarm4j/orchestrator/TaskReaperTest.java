package io.swarm4j.orchestrator;

import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.model.Node.Availability;
import io.swarm4j.model.NodeId;
import io.swarm4j.model.Placement;
import io.swarm4j.model.RestartPolicy;
import io.swarm4j.model.ServiceId;
import io.swarm4j.model.ServiceMode;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskId;
import io.swarm4j.model.TaskState;
import io.swarm4j.testing.Feature;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

@Feature("F09")
class TaskReaperTest {
  private final TestSwarm swarm = TestSwarm.withWorkers(2);

  @Test
  void theOldestTasksOfASlotAreForgottenFirst() {
    swarm.cluster(spec -> spec.withTaskHistoryLimit(3));
    ServiceId web = swarm.create(quick("web"));
    TaskId first = swarm.running(web).get(0).id();

    crash(web, 2);
    assertThat(swarm.slot(web, 1)).hasSize(3).extracting(Task::id).contains(first);
    crash(web, 1);

    assertThat(swarm.slot(web, 1)).hasSize(3).extracting(Task::id).doesNotContain(first);
    assertThat(swarm.running(web)).hasSize(1);
  }

  @Test
  void aNegativeLimitKeepsAll() {
    swarm.cluster(spec -> spec.withTaskHistoryLimit(-1));
    ServiceId web = swarm.create(quick("web"));

    crash(web, 20);

    assertThat(swarm.slot(web, 1)).hasSize(21);
  }

  @Test
  void aLimitOfZeroKeepsTheLiveTaskOnly() {
    swarm.cluster(spec -> spec.withTaskHistoryLimit(0));
    ServiceId web = swarm.create(quick("web"));

    crash(web, 3);

    assertThat(swarm.slot(web, 1)).hasSize(1);
    assertThat(swarm.running(web)).hasSize(1);
  }

  @Test
  void limitedAttemptsKeepOneMoreTaskThanThereAreAttempts() {
    RestartPolicy policy = RestartPolicy.builder().maxAttempts(8).delay(Duration.ZERO).build();
    ServiceSpec spec = quick("web");
    ServiceId web = swarm.create(spec.withTask(spec.task().withRestart(policy)));

    crash(web, 8);
    assertThat(swarm.running(web)).hasSize(1);
    crash(web, 1);

    assertThat(swarm.slot(web, 1)).hasSize(9);
    assertThat(swarm.running(web)).isEmpty();
  }

  @Test
  void aTaskThatStillRunsIsNeverForgotten() {
    swarm.cluster(spec -> spec.withTaskHistoryLimit(1));
    ServiceId web = swarm.create(quick("web"));
    Task old = swarm.running(web).get(0);
    swarm.runtime(old.nodeId()).stopTakes = Duration.ofHours(1);

    swarm.availability(old.nodeId(), Availability.DRAIN);
    swarm.pass(Duration.ofMinutes(2));

    assertThat(swarm.slot(web, 1)).hasSize(2).extracting(Task::id).contains(old.id());
    swarm.pass(Duration.ofHours(1));
    assertThat(swarm.slot(web, 1)).hasSize(1);
  }

  @Test
  @Feature({"F10", "E11"})
  void scaledDownTasksAreForgottenOnceTheyHaveEnded() {
    ServiceId web = swarm.create(quick("web").withReplicas(4));
    for (Task task : swarm.running(web)) {
      swarm.runtime(task.nodeId()).stopTakes = Duration.ofSeconds(7);
    }

    swarm.update(web, spec -> spec.withReplicas(1));
    assertThat(swarm.view().tasksOf(web)).hasSize(4);
    assertThat(swarm.view().tasksOf(web))
        .filteredOn(task -> task.desiredState() == TaskState.REMOVE)
        .hasSize(3);
    swarm.pass(Duration.ofSeconds(7));

    assertThat(swarm.view().tasksOf(web)).hasSize(1);
  }

  @Test
  @Feature("G09")
  void tasksThatNeverRanAreForgottenAtOnceWhenTheirSlotGoes() {
    ServiceSpec spec = quick("web").withReplicas(3);
    ServiceId web =
        swarm.create(
            spec.withTask(
                spec.task().withPlacement(Placement.constrained("node.hostname == nowhere"))));
    assertThat(swarm.view().tasksOf(web)).hasSize(3);

    swarm.update(web, present -> present.withReplicas(0));

    assertThat(swarm.view().tasksOf(web)).isEmpty();
  }

  @Test
  void globalServicesKeepTheirHistoryPerNode() {
    swarm.cluster(spec -> spec.withTaskHistoryLimit(2));
    ServiceId agent = swarm.create(quick("agent").withMode(new ServiceMode.Global()));
    NodeId w1 = swarm.nodeNamed("w1");

    for (int i = 0; i < 5; i++) {
      List<Task> tasks = swarm.onNode(agent, w1);
      swarm.exit(tasks.get(tasks.size() - 1), 1);
    }

    assertThat(swarm.onNode(agent, w1)).hasSize(2);
    assertThat(swarm.onNode(agent, swarm.nodeNamed("w2"))).hasSize(1);
  }

  @Test
  void aNewTaskIsReasonEnoughToForgetAnOldOne() {
    swarm.cluster(spec -> spec.withTaskHistoryLimit(2));
    ServiceId agent = swarm.create(quick("agent").withMode(new ServiceMode.Global()));
    NodeId w1 = swarm.nodeNamed("w1");

    for (int i = 0; i < 4; i++) {
      swarm.availability(w1, Availability.DRAIN);
      swarm.availability(w1, Availability.ACTIVE);
      assertThat(swarm.onNode(agent, w1)).hasSize(2);
    }
  }

  private void crash(ServiceId service, int times) {
    for (int i = 0; i < times; i++) {
      swarm.pass(Duration.ofSeconds(1));
      swarm.exit(swarm.running(service).get(0), 1);
    }
  }

  private static ServiceSpec quick(String name) {
    ServiceSpec spec = ServiceSpec.of(name, "nginx");
    return spec.withTask(
        spec.task()
            .withRestart(
                RestartPolicy.builder()
                    .delay(Duration.ZERO)
                    .backoff(RestartPolicy.Backoff.OFF)
                    .build()));
  }
}
