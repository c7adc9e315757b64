package io.swarm4j.network.dataplane.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.model.Ip;
import io.swarm4j.model.PortSpec.Protocol;
import io.swarm4j.network.dataplane.kernel.KernelConfig.PublishedPort;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class HostListenersTest {
  private static final HostListeners LISTENERS =
      HostListeners.parse(
          """
            sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid
             0: 00000000:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0
             1: 0100007F:1F91 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0
             2: 0100640A:1F92 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0
             3: 0100640A:1F93 0200640A:9C40 01 00000000:00000000 00:00000000 00000000     0
            sl  local_address                         remote_address                        st
             0: 00000000000000000000000000000000:1F94 00000000000000000000000000000000:0000 0A 0
           sl  local_address rem_address   st tx_queue rx_queue tr tm->when ref pointer drops
             0: 00000000:0035 00000000:0000 07 00000000:00000000 00:00000000 00000000 0
          """);

  private static boolean held(int port, Protocol protocol, @Nullable String bind) {
    Ip address = bind == null ? null : Ip.parse(bind);
    return LISTENERS.hold(new PublishedPort(address, protocol, port, List.of()));
  }

  @Test
  void aPortIsHeldByWhoeverListensOnAnAddressWhereItWouldBeOpen() {
    assertThat(held(8080, Protocol.TCP, null)).as("all addresses").isTrue();
    assertThat(held(8080, Protocol.TCP, "10.100.0.9")).isTrue();
    assertThat(held(8080, Protocol.UDP, null)).as("another protocol").isFalse();
    assertThat(held(8081, Protocol.TCP, null)).as("loopback only").isFalse();
    assertThat(held(8082, Protocol.TCP, null)).as("one address").isTrue();
    assertThat(held(8082, Protocol.TCP, "10.100.0.1")).isTrue();
    assertThat(held(8082, Protocol.TCP, "10.100.0.2")).as("another address").isFalse();
    assertThat(held(8083, Protocol.TCP, null)).as("a connection").isFalse();
    assertThat(held(8084, Protocol.TCP, null)).as("both families").isTrue();
    assertThat(held(53, Protocol.UDP, null)).isTrue();
    assertThat(held(53, Protocol.TCP, null)).isFalse();
  }

  @Test
  void whatListensOnAnAddressOfTheSwarmHoldsNothing() {
    PublishedPort port = new PublishedPort(null, Protocol.TCP, 8082, List.of());

    assertThat(LISTENERS.awayFrom(Set.of(Ip.parse("10.100.0.1"))).hold(port)).isFalse();
    assertThat(LISTENERS.awayFrom(Set.of(Ip.parse("10.100.0.2"))).hold(port)).isTrue();
  }
}
