package io.swarm4j;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.swarm4j.agent.jvm.JvmImage;
import io.swarm4j.agent.jvm.JvmTask;
import io.swarm4j.model.EndpointSpec;
import io.swarm4j.model.Network;
import io.swarm4j.model.NetworkAttachmentSpec;
import io.swarm4j.model.NetworkSpec;
import io.swarm4j.model.PortSpec;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.Task;
import io.swarm4j.network.lb.Backend;
import io.swarm4j.network.lb.Balancer;
import io.swarm4j.network.lb.BalancerConfig;
import io.swarm4j.network.lb.Frontend;
import io.swarm4j.testing.Feature;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a client outside the swarm meets at the published ports of its nodes. */
@Timeout(120)
class PublishedPortsTest {
  private static final int PORT = 7000;
  private static final Duration LONG = Duration.ofSeconds(60);

  /** Tells who it is to everybody who connects. */
  private static final JvmImage NAME =
      task -> {
        task.serve(PORT, client -> client.getOutputStream().write(task.name().getBytes(UTF_8)));
        task.awaitStop();
      };

  /** Asks the service "inner", by name, for each of its clients. */
  private static final JvmImage ASK_INNER =
      task -> {
        task.serve(PORT, client -> client.getOutputStream().write(inner(task).getBytes(UTF_8)));
        task.awaitStop();
      };

  private final Swarm swarm =
      Swarm.builder()
          .name("published")
          .workers(2)
          .image("name", NAME, image -> image.expose(PORT))
          .image("ask", ASK_INNER, image -> image.expose(PORT))
          .start();

  @AfterEach
  void close() {
    swarm.close();
  }

  @Test
  @Feature({"H01", "H03", "H21"})
  void everyNodeAnswersOnAPublishedPortWithAnyOfTheTasks() throws IOException {
    run(published("web", "name").withReplicas(2));

    Set<String> hosts = new TreeSet<>();
    swarm.services().tasks("web").forEach(task -> hosts.add(String.valueOf(task.nodeId())));
    assertThat(hosts).as("one node has no task").hasSize(2);
    for (String node : swarm.nodeAddresses().values()) {
      assertThat(answers(node, 8)).as("behind " + node).containsExactly("web.1", "web.2");
    }
  }

  @Test
  void aNodePrefersItsOwnTasksWhereTheServiceSaysSo() throws IOException {
    run(
        published("web", "name")
            .withReplicas(2)
            .withLabels(Map.of("swarm4j.lb.same-node-first", "true")));

    Map<String, String> byNode = new HashMap<>();
    for (Task task : swarm.services().tasks("web")) {
      byNode.put(swarm.view().node(task.nodeId()).hostname(), swarm.view().nameOf(task));
    }
    for (Map.Entry<String, String> node : swarm.nodeAddresses().entrySet()) {
      String own = byNode.get(node.getKey());
      assertThat(answers(node.getValue(), 8))
          .as("behind " + node)
          .isEqualTo(own == null ? Set.of("web.1", "web.2") : Set.of(own));
    }
  }

  @Test
  @Feature("H20")
  void aServiceWithoutPublishedPortIsReachedFromInsideOnly() throws IOException {
    swarm.networks().create(NetworkSpec.overlay("backend"));
    run(attached(ServiceSpec.of("inner", "name")));
    run(attached(published("outer", "ask").withEndpoint(publish(7001))));

    for (String node : swarm.nodeAddresses().values()) {
      assertThat(ask(node, 7001)).isEqualTo("inner.1");
      assertThatThrownBy(() -> ask(node, PORT)).isInstanceOf(ConnectException.class);
    }
  }

  @Test
  @Feature({"H04", "H05"})
  void theIngressNetworkIsThereFromTheStart() {
    Network ingress = swarm.networks().get("ingress");

    assertThat(ingress.spec().ingress()).isTrue();
    assertThat(ingress.spec().driver()).isEqualTo("overlay");
    assertThat(ingress.spec().pools()).hasSize(1);
    try (Swarm unaddressed = Swarm.builder().name("unaddressed").network(false).start()) {
      assertThat(unaddressed.networks().get("ingress").spec().pools().get(0).subnet())
          .hasToString("10.255.0.0/16");
    }
  }

  @Test
  @Feature("H17")
  void aBalancerInFrontOfTheNodesLeavesOutTheOneThatIsDown() throws Exception {
    run(published("web", "name").withReplicas(3));
    List<Backend> nodes = new ArrayList<>();
    swarm
        .nodeAddresses()
        .forEach(
            (name, ip) -> nodes.add(new Backend(name, new InetSocketAddress(ip, PORT), false)));

    try (Balancer front = Balancer.builder("front").build()) {
      InetSocketAddress anyPort = new InetSocketAddress("127.0.0.1", 0);
      Frontend frontend = Frontend.tcp("site", anyPort, nodes);
      int port =
          front
              .apply(new BalancerConfig(1, List.of(frontend)))
              .toCompletableFuture()
              .get()
              .listening()
              .get(0)
              .actual()
              .getPort();
      swarm.nodes().halt("w2");

      for (int i = 0; i < 12; i++) {
        assertThat(ask("127.0.0.1", port)).startsWith("web.");
      }
    }
  }

  @Test
  void aPortIsOpenOnTheInterfaceItNamesAndTellsOfOneThatIsNotThere() throws IOException {
    String loopback =
        NetworkInterface.getByInetAddress(InetAddress.getByName("127.0.0.1")).getName();
    run(published("web", "name").withEndpoint(EndpointSpec.publish(bound(7002, loopback))));
    run(published("lost", "name").withEndpoint(EndpointSpec.publish(bound(7003, "nowhere7"))));

    assertThat(ask("127.0.0.1", 7002)).isEqualTo("web.1");
    for (String node : swarm.nodeAddresses().values()) {
      assertThatThrownBy(() -> ask(node, 7002)).isInstanceOf(ConnectException.class);
    }
    assertThat(swarm.services().health("web").ports()).isEmpty();
    assertThat(swarm.services().health("lost").ports())
        .singleElement()
        .hasToString("service lost is not reached at nowhere7:7003: no interface of that name");
  }

  private static PortSpec bound(int port, String bind) {
    return new PortSpec(
        "", PortSpec.Protocol.TCP, PORT, port, PortSpec.PublishMode.INGRESS, List.of(bind));
  }

  private static ServiceSpec published(String name, String image) {
    return ServiceSpec.of(name, image).withEndpoint(publish(PORT));
  }

  private static EndpointSpec publish(int port) {
    return EndpointSpec.publish(PortSpec.ingress(port, PORT));
  }

  private static ServiceSpec attached(ServiceSpec spec) {
    return spec.withTask(spec.task().withNetworks(List.of(NetworkAttachmentSpec.of("backend"))));
  }

  private void run(ServiceSpec spec) {
    swarm.services().create(spec);
    assertThat(swarm.services().await(spec.name(), LONG)).isInstanceOf(Convergence.Converged.class);
  }

  private static Set<String> answers(String node, int connections) throws IOException {
    Set<String> answers = new TreeSet<>();
    for (int i = 0; i < connections; i++) {
      answers.add(ask(node, PORT));
    }
    return answers;
  }

  private static String ask(String host, int port) throws IOException {
    try (Socket client = new Socket(host, port)) {
      return new String(client.getInputStream().readAllBytes(), UTF_8);
    }
  }

  private static String inner(JvmTask task) throws IOException {
    try (Socket client = new Socket(task.resolve("inner"), PORT)) {
      return new String(client.getInputStream().readAllBytes(), UTF_8);
    }
  }
}
