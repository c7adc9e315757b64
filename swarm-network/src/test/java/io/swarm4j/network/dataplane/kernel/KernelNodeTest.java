package io.swarm4j.network.dataplane.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.model.Ip;
import io.swarm4j.model.Network;
import io.swarm4j.model.NetworkId;
import io.swarm4j.model.Node;
import io.swarm4j.model.Service;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskState;
import io.swarm4j.network.allocator.AllocatorOptions;
import io.swarm4j.network.allocator.TestSwarm;
import io.swarm4j.network.dataplane.kernel.KernelConfig.Overlay;
import io.swarm4j.time.Loop;
import io.swarm4j.time.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One node's kernel, which writes down what it is told, and a swarm that changes. */
class KernelNodeTest {
  private final VirtualTime time = new VirtualTime(1);
  private final Loop loop = time.newLoop("node");
  private final List<String> told = new ArrayList<>();
  private final TestSwarm swarm =
      new TestSwarm(
          AllocatorOptions.DEFAULT.withAddressForEveryNode(true).withCoolDown(Duration.ZERO));
  private final Network network = swarm.overlay("backend", "10.0.9.0/24");
  private final Node self = swarm.node("m1", "10.77.0.1");
  private final Service web = swarm.service(TestSwarm.spec("web", "backend"));
  private KernelNode node;

  @BeforeEach
  void begin() {
    KernelPlane plane =
        KernelPlane.builder(Ip.parse("10.77.0.1"), time.newLoop("kernel"))
            .commands(this::answer)
            .build();
    node = new KernelNode(self.id(), plane, loop, swarm.view(), overlays -> {});
  }

  private String answer(List<String> command, String input) {
    told.add(String.join(" ", command) + " " + input);
    return String.join(" ", command).contains("addr show to") ? "2: eth0 inet 10.77.0.1/24" : "";
  }

  private void follow() {
    loop.execute(() -> node.reset(swarm.view()));
  }

  private CompletableFuture<Map<NetworkId, Overlay>> ready(Task task) {
    CompletableFuture<Map<NetworkId, Overlay>> ready = node.ready(task).toCompletableFuture();
    time.settle();
    return ready;
  }

  private Ip address() {
    return swarm.view().node(self.id()).attachments().get(0).address();
  }

  private String bridge() {
    return "s4jb" + swarm.view().network(network.id()).vni();
  }

  @Test
  void aTaskThatComesAsTheLastOfItsNetworkLeavesGetsTheAddressThatTheNodeHasFromThenOn() {
    Task first = swarm.reach(swarm.task(web, 1), TaskState.ASSIGNED);
    Ip former = address();
    follow();
    assertThat(ready(first).join().get(network.id()).address()).isEqualTo(former);

    swarm.delete(first);
    Task second = swarm.reach(swarm.task(web, 1), TaskState.ASSIGNED);
    assertThat(address()).isNotEqualTo(former);
    CompletableFuture<?> early = ready(second);
    assertThat(early).as("the node's network is of an earlier state").isNotDone();

    follow();
    assertThat(ready(second).join().get(network.id()).address()).isEqualTo(address());
    assertThat(early).isCompleted();
    assertThat(told)
        .as("the bridge has moved")
        .anyMatch(line -> line.contains("addr add " + address() + "/24 dev " + bridge()));
  }

  @Test
  void aTaskThatEndsBeforeItsNetworksAreThereWaitsNoLonger() {
    Task task = swarm.reach(swarm.task(web, 1), TaskState.ASSIGNED);
    CompletableFuture<?> waiting = ready(task);
    node.ended(task.id());
    time.settle();
    assertThat(waiting).isCancelled();
  }
}
