package io.swarm4j.examples.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.Swarm;
import io.swarm4j.examples.apps.HttpGet;
import io.swarm4j.examples.apps.SampleImages;
import io.swarm4j.model.EndpointSpec;
import io.swarm4j.model.PortSpec;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.network.dataplane.LoopbackLease;
import io.swarm4j.testing.Surroundings;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Swarms that share a JVM do not disturb each other, and leave nothing in it. */
@Timeout(60)
class SeveralSwarmsTest {
  private static final Duration LIMIT = Duration.ofSeconds(20);

  @Test
  void severalSwarmsPublishTheSamePortAtATime() throws IOException {
    Surroundings.require(LoopbackLease.isSupported(), "a loopback network");
    List<Swarm> swarms = new ArrayList<>();
    try {
      for (String name : List.of("ares", "bion", "ceto")) {
        swarms.add(start(name));
      }
      for (Swarm swarm : swarms) {
        assertThat(answer(swarm)).contains(swarm.name() + ".");
      }

      swarms.get(1).close();

      assertThat(answer(swarms.get(0))).contains("ares.");
      assertThat(answer(swarms.get(2))).contains("ceto.");
    } finally {
      swarms.forEach(Swarm::close);
    }
  }

  @Test
  void aClosedSwarmLeavesNoThreadAndNoPort() throws IOException {
    Surroundings.require(LoopbackLease.isSupported(), "a loopback network");
    try (Swarm other = start("other")) {
      Swarm swarm = start("gone");
      InetSocketAddress server = server(swarm);
      Leftovers leftovers = Leftovers.of(swarm, List.of(server));
      assertThat(answer(swarm)).contains("gone.");

      swarm.close();
      swarm.close();

      leftovers.expectNone();
      assertThat(answer(other)).contains("other.");
    }
  }

  private static Swarm start(String name) {
    Swarm swarm = Swarm.builder().name(name).workers(1).images(SampleImages.all()).start();
    swarm
        .services()
        .create(
            ServiceSpec.of(name, "swarm4j/customer")
                .withReplicas(2)
                .withEndpoint(EndpointSpec.publish(PortSpec.ingress(0, 3000))));
    assertThat(swarm.services().await(name, LIMIT).isConverged()).isTrue();
    return swarm;
  }

  private static InetSocketAddress server(Swarm swarm) {
    int port = swarm.services().get(swarm.name()).endpoint().ports().get(0).published();
    return new InetSocketAddress(swarm.nodeAddresses().get("w1"), port);
  }

  private static String answer(Swarm swarm) throws IOException {
    return HttpGet.of(server(swarm), "/inspect", LIMIT).body();
  }
}
