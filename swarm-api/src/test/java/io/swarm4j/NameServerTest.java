package io.swarm4j;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.agent.jvm.JvmTask;
import io.swarm4j.model.Attachment;
import io.swarm4j.model.NetworkAttachmentSpec;
import io.swarm4j.model.NetworkSpec;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.testing.Feature;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a program that is a task gets from the swarm's name server. */
@Timeout(120)
class NameServerTest {
  private static final Duration LONG = Duration.ofSeconds(60);

  @Test
  @Feature({"K06", "K07", "K08"})
  void aProgramFindsServicesOnTheNetworksOfItsTask() throws IOException {
    try (Swarm swarm = Swarm.builder().name("names").image("wait", JvmTask::awaitStop).start()) {
      swarm.networks().create(NetworkSpec.overlay("backend"));
      swarm.networks().create(NetworkSpec.overlay("other"));
      run(swarm, "customer", "backend", 3);
      run(swarm, "stranger", "other", 1);
      assertThat(swarm.doctor().check()).as("servers are open").allMatch(Diagnosis::isHealthy);
      Map<String, InetSocketAddress> servers = swarm.nameServers();
      InetSocketAddress backend = servers.get("backend");

      InetAddress task = addressOfTask(swarm, "customer");
      assertThat(dig(backend, task, "customer")).isEqualTo(new Reply(0, 1));
      assertThat(dig(backend, task, "tasks.customer")).isEqualTo(new Reply(0, 3));
      InetAddress stranger = addressOfTask(swarm, "stranger");
      assertThat(dig(backend, stranger, "tasks.stranger")).isEqualTo(new Reply(0, 1));

      swarm.services().scale("customer", 1);
      swarm.services().await("customer", LONG);
      assertThat(dig(backend, task, "tasks.customer")).isEqualTo(new Reply(0, 1));
    }
  }

  private static void run(Swarm swarm, String name, String network, int replicas) {
    ServiceSpec spec = ServiceSpec.of(name, "wait").withReplicas(replicas);
    swarm
        .services()
        .create(
            spec.withTask(spec.task().withNetworks(List.of(NetworkAttachmentSpec.of(network)))));
    assertThat(swarm.services().await(name, LONG).isConverged()).isTrue();
  }

  private static InetAddress addressOfTask(Swarm swarm, String service) {
    Attachment attachment = swarm.services().tasks(service).get(0).attachments().get(0);
    return attachment.address().toInetAddress();
  }

  /** Response code and number of answers. */
  private record Reply(int code, int answers) {}

  private static Reply dig(InetSocketAddress server, InetAddress from, String name)
      throws IOException {
    ByteArrayOutputStream query = new ByteArrayOutputStream();
    query.writeBytes(new byte[] {1, 2, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0});
    for (String label : name.split("\\.")) {
      query.write(label.length());
      query.writeBytes(label.getBytes(US_ASCII));
    }
    query.writeBytes(new byte[] {0, 0, 1, 0, 1});
    try (DatagramSocket socket = new DatagramSocket(new InetSocketAddress(from, 0))) {
      socket.setSoTimeout(30_000);
      socket.send(new DatagramPacket(query.toByteArray(), query.size(), server));
      DatagramPacket reply = new DatagramPacket(new byte[512], 512);
      socket.receive(reply);
      ByteBuffer message = ByteBuffer.wrap(reply.getData());
      return new Reply(message.getShort(2) & 0xf, message.getShort(6));
    }
  }
}
