package io.swarm4j.network.ports;

import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.model.PortSpec;
import io.swarm4j.model.PortSpec.Protocol;
import io.swarm4j.model.PortSpec.PublishMode;
import io.swarm4j.model.ServiceId;
import io.swarm4j.network.ports.PortAllocator.Assignment;
import io.swarm4j.network.ports.PortAllocator.Assignment.Granted;
import io.swarm4j.network.ports.PortAllocator.Assignment.Refused;
import io.swarm4j.network.ports.PortAllocator.Assignment.UsedUp;
import io.swarm4j.testing.Feature;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PortAllocatorTest {
  private final PortAllocator ports = new PortAllocator();

  private static ServiceId service(int number) {
    return new ServiceId(0, number);
  }

  private static PortSpec named(String name, int published, int target) {
    return new PortSpec(name, Protocol.TCP, target, published, PublishMode.INGRESS, List.of());
  }

  private List<Integer> granted(int service, PortSpec... wanted) {
    Assignment assignment = ports.assign(service(service), List.of(wanted));
    assertThat(assignment).isInstanceOf(Granted.class);
    return ((Granted) assignment).ports().stream().map(PortSpec::published).toList();
  }

  @Test
  @Feature({"H13", "H14"})
  void openPortsCountUpFrom30000() {
    assertThat(granted(1, PortSpec.ingress(0, 80))).containsExactly(30_000);
    assertThat(granted(2, PortSpec.ingress(0, 80))).containsExactly(30_001);
    assertThat(granted(3, PortSpec.ingress(0, 80), PortSpec.ingress(0, 443)))
        .containsExactly(30_002, 30_003);
  }

  @Test
  void aFreedNumberIsUsedAgainOnlyAfterTheLastOneOfTheRange() {
    granted(1, PortSpec.ingress(0, 80));
    granted(2, PortSpec.ingress(0, 80));
    ports.release(service(1));

    for (int i = 3; i <= 2768; i++) {
      assertThat(granted(i, PortSpec.ingress(0, 80))).containsExactly(29_999 + i);
    }
    assertThat(granted(2769, PortSpec.ingress(0, 80))).containsExactly(30_000);
    assertThat(ports.assign(service(2770), List.of(PortSpec.ingress(0, 80))))
        .isInstanceOf(UsedUp.class);
    assertThat(ports.usage(Protocol.TCP)).isEqualTo(new PortAllocator.Usage(2768, 2768));
    assertThat(ports.usage(Protocol.UDP)).isEqualTo(new PortAllocator.Usage(2768, 0));
  }

  @Test
  void aServiceKeepsItsNumbersByNameProtocolAndTarget() {
    assertThat(granted(1, named("web", 0, 80), named("admin", 0, 80)))
        .containsExactly(30_000, 30_001);
    assertThat(granted(1, named("admin", 0, 80), named("metrics", 0, 90), named("web", 0, 80)))
        .containsExactly(30_001, 30_002, 30_000);
    assertThat(granted(1, named("web", 0, 81))).containsExactly(30_003);
  }

  @Test
  void twoOpenPortsForOneTargetGetAndKeepTwoNumbers() {
    assertThat(granted(1, PortSpec.ingress(0, 80), PortSpec.ingress(0, 80)))
        .containsExactly(30_000, 30_001);
    assertThat(granted(1, PortSpec.ingress(0, 80), PortSpec.ingress(0, 80)))
        .containsExactly(30_000, 30_001);
  }

  @Test
  @Feature("H16")
  void aPortHasOneHolderPerProtocol() {
    granted(1, PortSpec.ingress(5000, 80));

    assertThat(ports.assign(service(2), List.of(PortSpec.ingress(5000, 3000))))
        .isEqualTo(new Refused(PortSpec.ingress(5000, 3000), service(1), PublishMode.INGRESS));
    PortSpec udp = new PortSpec("", Protocol.UDP, 53, 5000, PublishMode.INGRESS, List.of());
    assertThat(granted(2, udp)).containsExactly(5000);
    assertThat(ports.holder(Protocol.TCP, 5000)).contains(service(1));
    assertThat(ports.holder(Protocol.UDP, 5000)).contains(service(2));

    ports.release(service(1));
    assertThat(granted(3, PortSpec.ingress(5000, 80))).containsExactly(5000);
  }

  @Test
  @Feature("H11")
  void hostPortsMeetEachOtherButNoIngressPort() {
    granted(1, PortSpec.host(8080, 80));
    granted(2, PortSpec.host(8080, 80));

    assertThat(ports.assign(service(3), List.of(PortSpec.ingress(8080, 80))))
        .isEqualTo(new Refused(PortSpec.ingress(8080, 80), service(1), PublishMode.HOST));
    granted(3, PortSpec.ingress(9090, 80));
    assertThat(ports.assign(service(1), List.of(PortSpec.host(9090, 80))))
        .isEqualTo(new Refused(PortSpec.host(9090, 80), service(3), PublishMode.INGRESS));
    assertThat(ports.portsOf(service(1))).containsExactly(PortSpec.host(8080, 80));
  }

  @Test
  void openPortsAvoidNumbersThatAnybodyPublishesOrIsAboutTo() {
    granted(1, PortSpec.host(30_000, 80));
    granted(2, PortSpec.ingress(30_001, 80));
    Assignment assignment =
        ports.assign(
            service(3),
            List.of(PortSpec.ingress(0, 80), PortSpec.ingress(30_003, 81)),
            Set.of(new PortKey(Protocol.TCP, 30_002)));
    assertThat(((Granted) assignment).ports())
        .extracting(PortSpec::published)
        .containsExactly(30_004, 30_003);
  }

  @Test
  void aRefusedServiceKeepsAllThatItHad() {
    granted(1, PortSpec.ingress(80, 80));
    granted(2, PortSpec.ingress(81, 80));
    ports.assign(service(2), List.of(PortSpec.ingress(82, 80), PortSpec.ingress(80, 80)));
    assertThat(ports.holders(Protocol.TCP).keySet()).containsExactly(80, 81);
  }

  @Test
  void restoringTellsPortsThatSomebodyElseHolds() {
    assertThat(ports.restore(service(1), List.of(PortSpec.ingress(30_005, 80)))).isEmpty();
    List<PortSpec> refused =
        ports.restore(service(2), List.of(PortSpec.ingress(30_005, 80), PortSpec.ingress(81, 80)));
    assertThat(refused).containsExactly(PortSpec.ingress(30_005, 80));
    assertThat(new ArrayList<>(ports.holders(Protocol.TCP).values()))
        .containsExactly(service(2), service(1));
    assertThat(granted(3, PortSpec.ingress(0, 80))).containsExactly(30_006);
  }
}
