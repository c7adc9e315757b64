package io.swarm4j.network.ports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.swarm4j.model.ConflictException;
import io.swarm4j.model.EndpointSpec;
import io.swarm4j.model.Fault;
import io.swarm4j.model.PortSpec;
import io.swarm4j.model.Service;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.network.allocator.TestSwarm;
import io.swarm4j.testing.Feature;
import org.junit.jupiter.api.Test;

@Feature("H16")
class PortConflictsTest {
  private final TestSwarm swarm = new TestSwarm();

  private static ServiceSpec spec(String name, PortSpec... ports) {
    return ServiceSpec.of(name, "app").withEndpoint(EndpointSpec.publish(ports));
  }

  @Test
  void anIngressPortOfAnotherServiceIsRefusedInTheReferencesWords() {
    Service web = swarm.service(spec("web", PortSpec.ingress(5000, 3000)));
    ServiceSpec other = spec("other", PortSpec.ingress(80, 80), PortSpec.ingress(5000, 80));

    assertThatThrownBy(() -> PortConflicts.orThrow(swarm.view(), other, null))
        .isInstanceOf(ConflictException.class)
        .hasMessage(
            "port '5000' is already in use by service 'web' (" + web.id() + ") as an ingress port");
    assertThat(PortConflicts.check(swarm.view(), other, null))
        .singleElement()
        .satisfies(
            fault -> {
              assertThat(fault.code()).isEqualTo(Fault.Code.IN_USE);
              assertThat(fault.path()).isEqualTo("endpoint.ports[1].published");
              assertThat(fault.value()).isEqualTo("5000");
            });
  }

  @Test
  void aHostPortOfAnotherServiceIsRefusedForIngressOnly() {
    swarm.service(spec("web", PortSpec.host(5000, 3000)));

    assertThatThrownBy(
            () -> PortConflicts.orThrow(swarm.view(), spec("b", PortSpec.ingress(5000, 1)), null))
        .hasMessageEndingWith("as a host-published port");
    assertThat(PortConflicts.check(swarm.view(), spec("b", PortSpec.host(5000, 1)), null))
        .isEmpty();
  }

  @Test
  void aPortThatAnotherServiceWasGivenUnaskedIsTaken() {
    swarm.service(spec("random", PortSpec.ingress(0, 80)));
    assertThat(PortConflicts.check(swarm.view(), spec("b", PortSpec.ingress(30_000, 1)), null))
        .hasSize(1);
  }

  @Test
  void aServiceDoesNotDisturbItself() {
    Service web = swarm.service(spec("web", PortSpec.ingress(5000, 3000)));
    assertThat(PortConflicts.check(swarm.view(), web.spec(), web.id())).isEmpty();
  }
}
