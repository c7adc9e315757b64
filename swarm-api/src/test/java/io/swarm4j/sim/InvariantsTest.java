package io.swarm4j.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.internal.SimulatedEngine;
import io.swarm4j.model.ChangePolicy;
import io.swarm4j.model.FileTarget;
import io.swarm4j.model.Node.Availability;
import io.swarm4j.model.NodeId;
import io.swarm4j.model.SecretReference;
import io.swarm4j.model.ServiceMode;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.Task;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class InvariantsTest {

  @Test
  void aLiveSwarmIsCheckedAtEachChange() {
    SimulationOptions unsupervised =
        SimulationOptions.of(new SimulatedEngine()).workers(2).supervised(false).build();
    try (SimulatedCluster cluster = SimulatedCluster.start(unsupervised)) {
      List<String> breaches = new ArrayList<>();
      cluster
          .anyManager()
          .store()
          .feed()
          .watch(
              cluster.view().revision(),
              change -> true,
              Runnable::run,
              Invariants.watcher(Invariants.ofCore(), breaches::add));
      Users.create(cluster, ServiceSpec.of("web", "nginx"));
      cluster.await(() -> cluster.runningTasks() == 1, Duration.ofMinutes(1));
      assertThat(breaches).isEmpty();

      Task task = cluster.view().tasks().get(0);
      NodeId other = cluster.node(cluster.node("w1").equals(task.nodeId()) ? "w2" : "w1");
      cluster.join(cluster.submit(tx -> tx.put(task.withNodeId(other))));

      assertThat(breaches).anyMatch(text -> text.startsWith("state only moves forward"));
    }
  }

  /** What a node gets is checked as it arrives; a task that is bound to it is not enough. */
  @Test
  void aNewVersionOfASecretReachesNoNodeThatWasNotAssignedTheTask() {
    SimulationOptions options = SimulationOptions.of(new SimulatedEngine()).workers(2).build();
    try (SimulatedCluster cluster = SimulatedCluster.start(options)) {
      SecretReference hot = new SecretReference("token", FileTarget.of("token"), ChangePolicy.HOT);
      ServiceSpec web = ServiceSpec.of("web", "nginx").withMode(new ServiceMode.Global());
      Users.secret(cluster, "token", "old");
      Users.node(cluster, "w1", spec -> spec.withAvailability(Availability.PAUSE));
      Users.create(
          cluster,
          web.withTask(web.task().withContainer(web.task().container().withSecrets(List.of(hot)))));
      cluster.pass(Duration.ofSeconds(5));

      Users.secret(cluster, "token", "new");
      cluster.pass(Duration.ofSeconds(5));

      Users.node(cluster, "w1", spec -> spec.withAvailability(Availability.ACTIVE));
      cluster.pass(Duration.ofSeconds(5));
      assertThat(cluster.runningTasks()).isEqualTo(3);
    }
  }
}
