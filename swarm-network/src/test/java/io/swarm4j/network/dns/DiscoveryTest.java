package io.swarm4j.network.dns;

import static io.swarm4j.network.allocator.TestSwarm.addresses;
import static io.swarm4j.network.allocator.TestSwarm.spec;
import static io.swarm4j.network.allocator.TestSwarm.virtualIps;
import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.model.EndpointSpec;
import io.swarm4j.model.EndpointSpec.EndpointMode;
import io.swarm4j.model.Ip;
import io.swarm4j.model.Network;
import io.swarm4j.model.NetworkAttachmentSpec;
import io.swarm4j.model.NetworkId;
import io.swarm4j.model.NetworkSpecBuilder;
import io.swarm4j.model.PortSpec;
import io.swarm4j.model.Service;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskSpecBuilder;
import io.swarm4j.model.TaskState;
import io.swarm4j.network.allocator.TestSwarm;
import io.swarm4j.testing.Feature;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DiscoveryTest {
  private final TestSwarm swarm = new TestSwarm();
  private final Discovery discovery = new Discovery(swarm::view);
  private Network ingress;
  private Network backend;

  @BeforeEach
  void networks() {
    ingress = swarm.ingress();
    backend = swarm.overlay("backend", "10.0.9.0/24");
  }

  private List<String> dig(String name, Network... from) {
    List<NetworkId> networks = List.of(from).stream().map(Network::id).toList();
    return discovery.resolve(name, networks).stream().map(Ip::toString).toList();
  }

  private Service running(ServiceSpec spec, int replicas) {
    Service service = swarm.service(spec);
    swarm.tasks(service, 1, replicas).forEach(swarm::start);
    return service;
  }

  private static ServiceSpec aliased(String name, String network, String... aliases) {
    ServiceSpec spec = ServiceSpec.of(name, "app");
    return spec.withTask(
        TaskSpecBuilder.builder(spec.task())
            .networks(List.of(new NetworkAttachmentSpec(network, List.of(aliases), null)))
            .build());
  }

  @Test
  @Feature({"K06", "K07", "K10", "K11"})
  void theNameLeadsToTheVirtualAddressAndTasksToAllOfThem() {
    Service customer = running(spec("customer", "backend"), 6);

    assertThat(dig("customer", backend)).containsExactly("10.0.9.2");
    assertThat(dig("Customer.", backend)).containsExactly("10.0.9.2");
    assertThat(dig("tasks.customer", backend))
        .containsExactlyInAnyOrder(
            "10.0.9.3", "10.0.9.4", "10.0.9.5", "10.0.9.6", "10.0.9.7", "10.0.9.8")
        .doesNotContainAnyElementsOf(virtualIps(customer));
    assertThat(dig("customers", backend)).isEmpty();
    assertThat(dig("tasks.other", backend)).isEmpty();
  }

  @Test
  @Feature("K08")
  void answersFollowTheTasksAndTheVirtualAddressStays() {
    Service service = running(spec("customer", "backend"), 1);
    assertThat(dig("tasks.customer", backend)).hasSize(1);
    swarm.tasks(service, 2, 3).forEach(swarm::start);
    assertThat(dig("tasks.customer", backend)).hasSize(3);
    Task third =
        swarm.view().tasksOf(service.id()).stream()
            .filter(task -> task.slot().toString().equals("3"))
            .findAny()
            .orElseThrow();
    swarm.desire(third, TaskState.REMOVE);
    assertThat(dig("tasks.customer", backend)).hasSize(2);
    assertThat(dig("customer", backend)).containsExactly("10.0.9.2");
  }

  @Test
  void startingAndEndedTasksAreNotFound() {
    Service service = swarm.service(spec("customer", "backend"));
    Task task = swarm.task(service, 1);
    assertThat(dig("tasks.customer", backend)).isEmpty();
    assertThat(dig("customer", backend)).containsExactly("10.0.9.2");
    swarm.reach(task, TaskState.STARTING);
    assertThat(dig("tasks.customer", backend)).isEmpty();
    swarm.start(task);
    assertThat(dig("tasks.customer", backend)).containsExactly("10.0.9.3");
    swarm.reach(task, TaskState.FAILED);
    assertThat(dig("tasks.customer", backend)).isEmpty();
  }

  @Test
  @Feature("K13")
  void inDnsRoundRobinTheNameLeadsToTheTasks() {
    Service service = running(spec("customer", "backend"), 3);
    swarm.update(
        service, service.spec().withEndpoint(new EndpointSpec(EndpointMode.DNSRR, List.of())));
    assertThat(dig("customer", backend))
        .hasSize(3)
        .containsExactlyInAnyOrderElementsOf(dig("tasks.customer", backend));
    swarm.update(service, service.spec().withEndpoint(EndpointSpec.NONE));
    assertThat(dig("customer", backend)).hasSize(1);
  }

  @Test
  @Feature({"K14", "H07"})
  void onlyNetworksOfTheAskerAnswerAndTheIngressNetworkNever() {
    Network frontend = swarm.overlay("frontend", "10.0.10.0/24");
    running(
        spec("web", "backend", "frontend")
            .withEndpoint(EndpointSpec.publish(PortSpec.ingress(80, 80))),
        1);
    running(spec("customer", "backend"), 1);

    assertThat(dig("web", frontend)).containsExactly("10.0.10.2");
    assertThat(dig("web", backend)).containsExactly("10.0.9.2");
    assertThat(dig("web", frontend, backend)).containsExactly("10.0.10.2");
    assertThat(dig("web.backend", frontend, backend)).containsExactly("10.0.9.2");
    assertThat(dig("web.backend", frontend)).isEmpty();
    assertThat(dig("customer", frontend)).isEmpty();
    assertThat(dig("web", ingress)).isEmpty();
    assertThat(dig("tasks.web", ingress)).isEmpty();
    assertThat(dig("web")).isEmpty();
  }

  @Test
  void shortNamesOfAStackAreAliases() {
    running(aliased("apis_customer", "backend", "customer"), 2);
    Service other = running(aliased("calc_calc", "backend", "calc", "customer"), 1);

    assertThat(dig("calc", backend)).isEqualTo(virtualIps(other));
    assertThat(dig("tasks.calc", backend)).hasSize(1);
    assertThat(dig("apis_customer", backend)).containsExactly("10.0.9.2");
    assertThat(dig("customer", backend)).hasSize(2).contains("10.0.9.2");
    assertThat(dig("tasks.customer", backend)).hasSize(3);
  }

  @Test
  void slotsAndTasksHaveNames() {
    Service service = running(spec("db", "backend"), 3);
    Task second =
        swarm.view().tasksOf(service.id()).stream()
            .filter(task -> task.slot().toString().equals("2"))
            .findAny()
            .orElseThrow();
    assertThat(dig("2.db", backend)).isEqualTo(addresses(second));
    assertThat(dig("db.2." + second.id(), backend)).isEqualTo(addresses(second));
    assertThat(dig("db.3." + second.id(), backend)).isEmpty();
    assertThat(dig("4.db", backend)).isEmpty();
    assertThat(dig("2x.db", backend)).isEmpty();
    assertThat(dig("db.2." + second.id(), ingress)).isEmpty();

    Ip address = second.attachments().get(0).address();
    Ip vip = Ip.parse("10.0.9.2");
    assertThat(discovery.nameOf(address, second.id(), List.of(backend.id()))).contains("2.db");
    assertThat(discovery.nameOf(vip, service.id(), List.of(backend.id()))).contains("db");
    assertThat(discovery.nameOf(vip, service.id(), List.of(ingress.id()))).isEmpty();
  }

  @Test
  void removedServicesHaveNoName() {
    Service service = running(spec("db", "backend"), 1);
    assertThat(dig("db", backend)).hasSize(1);
    swarm.run(tx -> tx.put(tx.service(service.id()).withRemoved(tx.now())));
    assertThat(dig("db", backend)).isEmpty();
    assertThat(dig("tasks.db", backend)).isEmpty();
    assertThat(dig("1.db", backend)).isEmpty();
  }

  @Test
  void bothFamiliesAreAnswered() {
    Network dual = swarm.network(NetworkSpecBuilder.builder().name("dual").ipv6(true).build());
    running(spec("web", "dual"), 1);
    assertThat(dig("web", dual)).containsExactly("10.0.1.2", "fd53:7761:726d::2");
    assertThat(dig("1.web", dual)).containsExactly("10.0.1.3", "fd53:7761:726d::3");
  }
}
