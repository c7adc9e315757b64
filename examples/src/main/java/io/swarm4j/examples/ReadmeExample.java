package io.swarm4j.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.swarm4j.Swarm;
import io.swarm4j.agent.jvm.JvmImage;
import io.swarm4j.model.EndpointSpec;
import io.swarm4j.model.PortSpec;
import io.swarm4j.model.ServiceSpec;
import java.io.PrintStream;
import java.net.Socket;
import java.time.Duration;

/** The first example of the README, word for word. */
final class ReadmeExample {
  private ReadmeExample() {}

  public static void main(String[] args) throws Exception {
    run(System.out);
  }

  static void run(PrintStream out) throws Exception {
    JvmImage hello =
        task -> {
          byte[] text = ("hello from " + task.name()).getBytes(UTF_8);
          task.serve(7000, client -> client.getOutputStream().write(text));
          task.awaitStop();
        };
    ServiceSpec web =
        ServiceSpec.of("web", "hello")
            .withReplicas(3)
            .withEndpoint(EndpointSpec.publish(PortSpec.ingress(7000, 7000)));

    try (Swarm swarm = Swarm.builder().managers(1).workers(2).image("hello", hello).start()) {
      swarm.services().create(web);
      swarm.services().await("web", Duration.ofSeconds(10));
      for (String node : swarm.nodeAddresses().values()) {
        try (Socket client = new Socket(node, 7000)) {
          out.println(new String(client.getInputStream().readAllBytes(), UTF_8));
        }
      }
    }
  }
}
