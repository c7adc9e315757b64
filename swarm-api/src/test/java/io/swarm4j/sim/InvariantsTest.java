package io.swarm4j.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.internal.SimulatedEngine;
import io.swarm4j.model.NodeId;
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
}
