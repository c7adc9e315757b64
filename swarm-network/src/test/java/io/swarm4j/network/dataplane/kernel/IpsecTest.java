package io.swarm4j.network.dataplane.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.model.Fault;
import io.swarm4j.model.Ip;
import io.swarm4j.model.NetworkSpec;
import io.swarm4j.model.NetworkSpecBuilder;
import io.swarm4j.network.dataplane.Difference;
import io.swarm4j.testing.Surroundings;
import io.swarm4j.time.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** As much of IPsec as every kernel does, and what is said where there is no more. */
@Timeout(120)
class IpsecTest {
  private static final NetworkSpec ENCRYPTED =
      NetworkSpecBuilder.builder().name("secret").encrypted(true).build();

  private final VirtualTime time = new VirtualTime(1);

  private KernelPlane plane(Commands commands) {
    KernelPlane plane =
        KernelPlane.builder(Ip.parse("10.77.0.1"), time.newLoop("kernel"))
            .commands(commands)
            .build();
    assertThat(plane.unsupported(ENCRYPTED)).as("before the kernel was asked").hasSize(1);
    time.settle();
    return plane;
  }

  @Test
  void encryptedNetworksAreRefusedWithTheKernelsReason() {
    KernelPlane plane =
        plane(
            (command, input) -> {
              if (input.contains("xfrm state add")) {
                throw new KernelException("Error: Requested AEAD algorithm not found.");
              }
              return "";
            });
    Fault fault = plane.unsupported(ENCRYPTED).get(0);
    assertThat(fault.toString())
        .contains("encrypted", "ESP", "Requested AEAD algorithm not found", "between the nodes");
    assertThat(plane.unsupported(NetworkSpec.overlay("plain"))).isEmpty();
  }

  @Test
  void encryptedNetworksAreTakenWhereTheKernelHasEspAndTheProbeLeavesNothing() {
    List<String> told = new ArrayList<>();
    KernelPlane plane =
        plane(
            (command, input) -> {
              if (input.contains("xfrm")) {
                told.add(input);
              }
              return "";
            });
    assertThat(plane.unsupported(ENCRYPTED)).isEmpty();
    assertThat(told).hasSize(2);
    assertThat(told.get(0)).startsWith("xfrm state add src 127.0.0.1 dst 127.0.0.1 proto esp spi");
    assertThat(told.get(1))
        .isEqualTo(told.get(0).replace("add", "delete").replaceAll(" mode.*", ""));
  }

  @Test
  void policiesAndMarksAreTakenByTheKernelFoundMissingAndRemoved() throws Exception {
    String obstacle = Hosts.obstacle();
    Surroundings.require(obstacle.isEmpty(), "the kernel data plane: " + obstacle);
    try (Hosts hosts = new Hosts(1)) {
      Ipsec ipsec = new Ipsec(hosts.namespace("h1"), new ProcessCommands(Duration.ofSeconds(30)));
      Encryption intended =
          new Encryption(
              Map.of(),
              Map.of(
                  "src 10.77.0.1/32 dst 10.77.0.2/32 proto udp dport 4789 dir out mark 0x53344a"
                      + " mask 0xffffffff",
                  "priority 5344 tmpl src 10.77.0.1 dst 10.77.0.2 proto esp spi 0x00abcdef reqid"
                      + " 5452874 mode transport"));
      EncryptionTable none = new EncryptionTable(Set.of(), 4789);
      EncryptionTable marks = new EncryptionTable(Set.of("0x1001", "0x1002"), 4789);
      ipsec.begin(Encryption.NONE, intended, none, marks);
      assertThat(ipsec.differences(intended, marks)).isEmpty();

      hosts.run("h1", "ip", "xfrm", "policy", "flush");
      hosts.run("h1", "nft", "delete", "element", "ip", "swarm4j_esp", "networks", "{ 0x1002 }");
      assertThat(ipsec.differences(intended, marks))
          .extracting(Difference::place)
          .containsExactly("IPsec policy 0x00abcdef", "IPsec mark of network 0x1002");

      ipsec.begin(Encryption.NONE, intended, none, marks);
      ipsec.remove();
      assertThat(hosts.run("h1", "ip", "xfrm", "policy", "list")).isBlank();
      assertThat(hosts.run("h1", "nft", "list", "ruleset")).isBlank();
    }
  }
}
