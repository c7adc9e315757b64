package io.swarm4j;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.model.EndpointSpec;
import io.swarm4j.model.NetworkAttachmentSpec;
import io.swarm4j.model.NetworkSpec;
import io.swarm4j.model.PortSpec;
import io.swarm4j.model.ServiceSpec;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the doctor finds of a swarm in user space. */
@Timeout(120)
class DoctorTest {
  private static final int PORT = 7000;
  private static final Duration LONG = Duration.ofSeconds(60);

  private final Swarm swarm =
      Swarm.builder()
          .name("patient")
          .workers(1)
          .image(
              "name",
              task -> {
                task.serve(
                    PORT, client -> client.getOutputStream().write(task.name().getBytes(UTF_8)));
                task.awaitStop();
              },
              image -> image.expose(PORT))
          .start();

  @AfterEach
  void close() {
    swarm.close();
  }

  private void run() {
    swarm.networks().create(NetworkSpec.overlay("backend"));
    ServiceSpec web = ServiceSpec.of("web", "name").withReplicas(2);
    swarm
        .services()
        .create(
            web.withTask(web.task().withNetworks(List.of(NetworkAttachmentSpec.of("backend"))))
                .withEndpoint(EndpointSpec.publish(PortSpec.ingress(PORT, PORT))));
    assertThat(swarm.services().await("web", LONG)).matches(Convergence::isConverged);
  }

  @Test
  void findsNothingWhereAllIsInForce() {
    run();

    assertThat(swarm.doctor().check())
        .singleElement()
        .satisfies(
            found -> {
              assertThat(found.isHealthy()).as("%s", found).isTrue();
              assertThat(found.place()).isEqualTo("patient");
              assertThat(found.applied()).isEqualTo(found.intended()).isPositive();
            });
  }

  @Test
  void namesThePortThatAForeignProgramHoldsOnOneNodeAndOpensItWhenThatIsGone() throws IOException {
    String node = swarm.nodeAddresses().get("w1");
    try (ServerSocket foreign = new ServerSocket(PORT, 1, InetAddress.getByName(node))) {
      run();

      assertThat(swarm.doctor().repair().get(0).differences())
          .as("what others hold cannot be repaired while they hold %s", foreign)
          .isEqualTo(swarm.doctor().check().get(0).differences())
          .singleElement()
          .satisfies(
              one -> {
                assertThat(one.place()).contains(node + ":" + PORT, "published");
                assertThat(one.intended()).startsWith("open for").contains(":" + PORT);
                assertThat(one.actual()).isEmpty();
              });
      assertThat(swarm.services().health("web").ports())
          .isEqualTo(swarm.portProblems())
          .singleElement()
          .asString()
          .startsWith("service web is not reached at " + node + ":" + PORT + " of node w1: ");
      assertThat(ask(swarm.nodeAddresses().get("m1"))).as("the other node").startsWith("web.");
    }

    swarm.doctor().repair();
    assertThat(swarm.doctor().check().get(0).differences()).isEmpty();
    assertThat(swarm.portProblems()).isEmpty();
    assertThat(ask(node)).startsWith("web.");
  }

  private static String ask(String host) throws IOException {
    try (Socket client = new Socket(host, PORT)) {
      return new String(client.getInputStream().readAllBytes(), UTF_8);
    }
  }
}
