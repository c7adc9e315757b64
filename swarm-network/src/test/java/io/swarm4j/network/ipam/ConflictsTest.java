package io.swarm4j.network.ipam;

import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.model.Fault;
import io.swarm4j.model.Ip;
import io.swarm4j.model.Network;
import io.swarm4j.model.NetworkAttachmentSpec;
import io.swarm4j.model.NetworkSpec;
import io.swarm4j.model.NetworkSpec.IpPool;
import io.swarm4j.model.NetworkSpecBuilder;
import io.swarm4j.model.Service;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.Subnet;
import io.swarm4j.model.TaskSpecBuilder;
import io.swarm4j.model.UpdatePolicy;
import io.swarm4j.model.UpdatePolicy.UpdateOrder;
import io.swarm4j.network.allocator.TestSwarm;
import io.swarm4j.testing.Feature;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConflictsTest {
  private final TestSwarm swarm = new TestSwarm();

  private static NetworkSpec network(String name, String subnet) {
    return NetworkSpecBuilder.builder().name(name).pools(List.of(IpPool.of(subnet))).build();
  }

  private static ServiceSpec fixed(String name, String network, String address) {
    ServiceSpec spec = ServiceSpec.of(name, "app");
    return spec.withTask(
        TaskSpecBuilder.builder(spec.task())
            .networks(List.of(new NetworkAttachmentSpec(network, List.of(), Ip.parse(address))))
            .build());
  }

  private List<Fault> check(ServiceSpec spec) {
    return AddressConflicts.check(swarm.view(), spec, null);
  }

  @Test
  @Feature("K02")
  void aSubnetThatOverlapsAnotherNetworkOrAForeignRouteIsRefused() {
    Network backend = swarm.overlay("backend", "10.0.9.0/24");
    List<Subnet> routes = List.of(Subnet.parse("10.0.2.0/24"));

    assertThat(SubnetConflicts.check(swarm.view(), network("b", "10.0.9.128/25"), null, routes))
        .singleElement()
        .satisfies(
            fault -> {
              assertThat(fault.code()).isEqualTo(Fault.Code.IN_USE);
              assertThat(fault.path()).isEqualTo("pools[0].subnet");
              assertThat(fault.accepted()).contains("of network 'backend'");
            });
    assertThat(SubnetConflicts.check(swarm.view(), network("b", "10.0.2.0/24"), null, routes))
        .singleElement()
        .satisfies(fault -> assertThat(fault.accepted()).contains("a route outside the swarm"));
    assertThat(SubnetConflicts.check(swarm.view(), backend.spec(), backend.id(), routes)).isEmpty();
    assertThat(SubnetConflicts.check(swarm.view(), network("b", "10.0.8.0/24"), null, routes))
        .isEmpty();
  }

  @Test
  void aFixedAddressThatAnotherServiceHasIsRefused() {
    swarm.overlay("backend", "10.0.9.0/24");
    Service first = swarm.service(fixed("first", "backend", "10.0.9.7"));
    Service second = swarm.service(TestSwarm.spec("second", "backend"));
    swarm.task(second, 1);

    assertThat(check(fixed("x", "backend", "10.0.9.7")))
        .singleElement()
        .satisfies(fault -> assertThat(fault.accepted()).contains("service 'first'"));
    String vip = TestSwarm.virtualIps(second).get(0);
    assertThat(check(fixed("x", "backend", vip)))
        .singleElement()
        .satisfies(fault -> assertThat(fault.accepted()).contains("service 'second'"));
    assertThat(check(fixed("x", "backend", "10.0.9.4")))
        .singleElement()
        .satisfies(fault -> assertThat(fault.accepted()).contains("is already in use by task"));
    assertThat(check(fixed("x", "backend", "10.0.9.8"))).isEmpty();
    assertThat(AddressConflicts.check(swarm.view(), first.spec(), first.id())).isEmpty();
  }

  @Test
  void aFixedAddressThatNoTaskCanHaveIsRefused() {
    swarm.overlay("backend", "10.0.9.0/24");
    for (String address : new String[] {"10.0.9.1", "10.0.9.0", "10.0.9.255", "10.0.8.1"}) {
      assertThat(check(fixed("x", "backend", address))).as(address).hasSize(1);
    }
  }

  @Test
  void aFixedAddressNeedsOneTaskAtATime() {
    swarm.overlay("backend", "10.0.9.0/24");
    ServiceSpec spec = fixed("x", "backend", "10.0.9.9");
    assertThat(check(spec.withReplicas(2)))
        .singleElement()
        .satisfies(fault -> assertThat(fault.code()).isEqualTo(Fault.Code.CONTRADICTION));
    assertThat(
            check(spec.withUpdate(UpdatePolicy.builder().order(UpdateOrder.START_FIRST).build())))
        .singleElement()
        .satisfies(fault -> assertThat(fault.accepted()).contains("stop-first"));
  }
}
