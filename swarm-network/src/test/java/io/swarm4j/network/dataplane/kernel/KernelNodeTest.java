package io.swarm4j.network.dataplane.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.model.Attachment;
import io.swarm4j.model.EndpointSpec;
import io.swarm4j.model.Ip;
import io.swarm4j.model.Network;
import io.swarm4j.model.NetworkId;
import io.swarm4j.model.NetworkSpecBuilder;
import io.swarm4j.model.Node;
import io.swarm4j.model.PortSpec;
import io.swarm4j.model.PortSpec.Protocol;
import io.swarm4j.model.PortSpec.PublishMode;
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
  private String interfaces = "2: eth0 inet 10.77.0.1/24 brd 10.77.0.255 scope global eth0";

  @BeforeEach
  void begin() {
    KernelPlane plane =
        KernelPlane.builder(Ip.parse("10.77.0.1"), time.newLoop("kernel"))
            .commands(this::answer)
            .build();
    node = new KernelNode(self.id(), plane, loop, swarm.view(), overlays -> {});
  }

  private String answer(List<String> command, String input) {
    String line = String.join(" ", command);
    told.add(line + " " + input);
    return line.contains(" addr show") ? interfaces : "";
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
  void aTaskOfANetworkWithIpv6WaitsForBothAddressesOfTheNode() {
    Network dual = swarm.network(NetworkSpecBuilder.builder().name("dual").ipv6(true).build());
    Service six = swarm.service(TestSwarm.spec("six", "dual"));
    Task task = swarm.reach(swarm.task(six, 1), TaskState.ASSIGNED);
    follow();
    Overlay overlay = ready(task).join().get(dual.id());
    assertThat(swarm.view().node(self.id()).attachments())
        .extracting(Attachment::address)
        .contains(overlay.address(), overlay.ipv6().address());
    assertThat(told)
        .anyMatch(
            line -> line.contains("addr replace " + overlay.ipv6() + " dev " + overlay.bridge()));

    Task later = swarm.reach(swarm.task(six, 2), TaskState.ASSIGNED);
    follow();
    ready(later).join();
    assertThat(swarm.view().node(self.id()).attachments())
        .as("a change takes no address from the node")
        .extracting(Attachment::address)
        .contains(overlay.address(), overlay.ipv6().address());
  }

  @Test
  void aTaskThatEndsBeforeItsNetworksAreThereWaitsNoLonger() {
    Task task = swarm.reach(swarm.task(web, 1), TaskState.ASSIGNED);
    CompletableFuture<?> waiting = ready(task);
    node.ended(task.id());
    time.settle();
    assertThat(waiting).isCancelled();
  }

  @Test
  void anInterfaceThatIsMissingIsNamedUntilItIsThere() {
    PortSpec port = new PortSpec("", Protocol.TCP, 80, 5004, PublishMode.INGRESS, List.of("eth7"));
    Service lost =
        swarm.service(TestSwarm.spec("lost", "backend").withEndpoint(EndpointSpec.publish(port)));
    swarm.start(swarm.task(lost, 1));
    follow();
    time.advance(Duration.ofSeconds(3));
    assertThat(node.missing()).containsExactly(new MissingInterface(lost.id(), "eth7", 5004));

    interfaces += "\n3: eth7 inet 10.78.0.1/24 scope global eth7";
    time.advance(Duration.ofSeconds(2));
    assertThat(node.missing()).isEmpty();
    assertThat(told).anyMatch(line -> line.contains("10.78.0.1 . 6 . 5004"));
  }
}
