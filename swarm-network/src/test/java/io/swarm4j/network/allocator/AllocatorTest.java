package io.swarm4j.network.allocator;

import static io.swarm4j.network.allocator.TestSwarm.addresses;
import static io.swarm4j.network.allocator.TestSwarm.spec;
import static io.swarm4j.network.allocator.TestSwarm.virtualIps;
import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.model.Attachment;
import io.swarm4j.model.ClusterSpec;
import io.swarm4j.model.ContainerSpecBuilder;
import io.swarm4j.model.EndpointSpec;
import io.swarm4j.model.EndpointSpec.EndpointMode;
import io.swarm4j.model.Ip;
import io.swarm4j.model.Network;
import io.swarm4j.model.NetworkAttachmentSpec;
import io.swarm4j.model.NetworkSpec;
import io.swarm4j.model.NetworkSpec.IpPool;
import io.swarm4j.model.NetworkSpecBuilder;
import io.swarm4j.model.Node;
import io.swarm4j.model.PortSpec;
import io.swarm4j.model.Reason;
import io.swarm4j.model.Service;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.Subnet;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskSpecBuilder;
import io.swarm4j.model.TaskState;
import io.swarm4j.model.TaskStatus;
import io.swarm4j.testing.Feature;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AllocatorTest {
  private TestSwarm swarm = new TestSwarm();

  @AfterEach
  void everyAllocationHasOneLivingHolder() {
    assertThat(swarm.defects()).isEmpty();
  }

  private static ServiceSpec publishing(ServiceSpec spec, PortSpec... ports) {
    return spec.withEndpoint(EndpointSpec.publish(ports));
  }

  private static ServiceSpec fixed(String name, String network, String address) {
    ServiceSpec spec = ServiceSpec.of(name, "app");
    return spec.withTask(
        TaskSpecBuilder.builder(spec.task())
            .networks(
                List.of(new NetworkAttachmentSpec(network, List.of("alias"), Ip.parse(address))))
            .build());
  }

  private static String reason(Task task) {
    return ((Reason.Allocation) task.status().reason()).detail();
  }

  @Test
  void aTaskWithoutNetworkIsPendingAtOnce() {
    Task task = swarm.task(swarm.service(ServiceSpec.of("web", "app")), 1);
    assertThat(task.state()).isEqualTo(TaskState.PENDING);
    assertThat(task.status().message()).isEqualTo("pending task scheduling");
    assertThat(task.status().reason()).isEqualTo(Reason.InProgress.of(TaskState.PENDING));
    assertThat(task.attachments()).isEmpty();
  }

  @Test
  void aReasonToWaitOutlivesAllocation() {
    Service service = swarm.service(ServiceSpec.of("web", "app"));
    Reason delay = new Reason.RestartDelay(java.time.Instant.EPOCH);
    Task task =
        swarm.run(
            tx -> {
              Task fresh = swarm.newTask(tx, service, 1).withDesiredState(TaskState.READY);
              return tx.put(fresh.withStatus(fresh.status().because(delay, "")));
            });
    assertThat(swarm.now(task).state()).isEqualTo(TaskState.PENDING);
    assertThat(swarm.now(task).status().reason()).isEqualTo(delay);
  }

  @Test
  void aTaskThatShallNotRunGetsNothing() {
    swarm.overlay("backend");
    Service service = swarm.service(spec("web", "backend"));
    Task task =
        swarm.run(tx -> tx.put(swarm.newTask(tx, service, 1).withDesiredState(TaskState.SHUTDOWN)));
    assertThat(swarm.now(task).state()).isEqualTo(TaskState.NEW);
    assertThat(swarm.now(task).attachments()).isEmpty();
  }

  @Test
  @Feature({"K01", "K03", "K04", "K05", "K10", "K12", "H19"})
  void servicesGetAVirtualAddressPerNetworkAndTasksOneOfTheirOwn() {
    Network ingress = swarm.ingress();
    Network backend = swarm.overlay("backend", "10.0.9.0/24");
    assertThat(backend.pools()).isEmpty();

    Service balance =
        swarm.service(publishing(spec("balance", "backend"), PortSpec.ingress(5000, 3000)));
    Task one = swarm.task(balance, 1);
    Service customer = swarm.service(spec("customer", "backend"));
    List<Task> six = swarm.tasks(customer, 1, 6);

    assertThat(virtualIps(balance)).containsExactly("10.0.9.2", "10.0.0.2");
    assertThat(addresses(one)).containsExactly("10.0.9.3", "10.0.0.3");
    assertThat(one.attachments())
        .extracting(Attachment::network)
        .containsExactly(backend.id(), ingress.id());
    assertThat(virtualIps(customer)).containsExactly("10.0.9.4");
    assertThat(six.stream().flatMap(task -> addresses(task).stream()))
        .containsExactly("10.0.9.5", "10.0.9.6", "10.0.9.7", "10.0.9.8", "10.0.9.9", "10.0.9.10");
    assertThat(swarm.now(backend).pools().get(0).gateway()).isEqualTo(Ip.parse("10.0.9.1"));
  }

  @Test
  @Feature({"K02", "K03"})
  void subnetsAreChosenOnFirstUseInOrder() {
    Network ingress = swarm.ingress();
    Network late = swarm.overlay("late");
    Network early = swarm.overlay("early");

    assertThat(ingress.pools().get(0).subnet()).isEqualTo(Subnet.parse("10.0.0.0/24"));
    assertThat(ingress.vni()).isEqualTo(4096);
    assertThat(swarm.now(early).pools()).isEmpty();
    swarm.service(spec("a", "early"));
    swarm.service(spec("b", "late"));
    assertThat(swarm.now(early).pools().get(0).subnet()).isEqualTo(Subnet.parse("10.0.1.0/24"));
    assertThat(swarm.now(late).pools().get(0).subnet()).isEqualTo(Subnet.parse("10.0.2.0/24"));
    assertThat(swarm.now(late).vni()).isEqualTo(4098);
  }

  @Test
  @Feature("K02")
  void subnetsKeepClearOfForeignRoutes() {
    swarm =
        new TestSwarm(
            AllocatorOptions.DEFAULT.withForeignRoutes(List.of(Subnet.parse("10.0.2.0/24"))));
    swarm.ingress();
    Network first = swarm.overlay("first");
    Network second = swarm.overlay("second");
    swarm.service(spec("a", "first", "second"));
    assertThat(swarm.now(first).pools().get(0).subnet()).isEqualTo(Subnet.parse("10.0.1.0/24"));
    assertThat(swarm.now(second).pools().get(0).subnet()).isEqualTo(Subnet.parse("10.0.3.0/24"));
  }

  @Test
  void aNetworkWhoseSubnetIsTakenKeepsItsTasksWaitingUntilItIsFree() {
    Network first = swarm.overlay("first", "10.0.9.0/24");
    Service holder = swarm.service(spec("holder", "first"));
    swarm.overlay("second", "10.0.9.0/25");
    Task waiting = swarm.task(swarm.service(spec("web", "second")), 1);

    assertThat(waiting.state()).isEqualTo(TaskState.NEW);
    assertThat(reason(waiting))
        .contains("network 'second' can not be used: subnet 10.0.9.0/25 overlaps 10.0.9.0/24")
        .contains("of network 'first'");

    swarm.forget(holder);
    swarm.forget(first);
    assertThat(swarm.now(waiting).state()).isEqualTo(TaskState.PENDING);
  }

  @Test
  void anUnknownNetworkIsWaitedForByName() {
    Task task = swarm.task(swarm.service(spec("web", "backend")), 1);
    assertThat(task.state()).isEqualTo(TaskState.NEW);
    assertThat(task.status().err()).isEqualTo("network 'backend' does not exist");

    swarm.overlay("backend");
    assertThat(swarm.now(task).state()).isEqualTo(TaskState.PENDING);
    assertThat(swarm.now(task).status().err()).isEmpty();
    assertThat(swarm.now(task).attachments()).hasSize(1);
  }

  @Test
  void networksAreFoundByIdToo() {
    Network backend = swarm.overlay("backend");
    Task task = swarm.task(swarm.service(spec("web", backend.id().toString())), 1);
    assertThat(task.attachments()).extracting(Attachment::network).containsExactly(backend.id());
  }

  @Test
  @Feature("K14")
  void aServiceOnFourNetworksHasFourVirtualAddresses() {
    String[] names = {"n1", "n2", "n3", "n4"};
    for (String name : names) {
      swarm.overlay(name);
    }
    Service service = swarm.service(spec("web", names));
    assertThat(virtualIps(service)).containsExactly("10.0.0.2", "10.0.1.2", "10.0.2.2", "10.0.3.2");
    assertThat(swarm.task(service, 1).attachments()).hasSize(4);
  }

  @Test
  @Feature("K13")
  void switchingToDnsRoundRobinGivesTheVirtualAddressBackAndReturningTakesANewOne() {
    swarm.overlay("backend", "10.0.9.0/24");
    Service service = swarm.service(spec("web", "backend"));
    Task task = swarm.task(service, 1);
    service =
        swarm.update(
            service, service.spec().withEndpoint(new EndpointSpec(EndpointMode.DNSRR, List.of())));
    assertThat(service.endpoint().virtualIps()).isEmpty();
    assertThat(swarm.now(task).attachments()).hasSize(1);

    service = swarm.update(service, service.spec().withEndpoint(EndpointSpec.NONE));
    assertThat(virtualIps(service)).containsExactly("10.0.9.4");
  }

  @Test
  void theVirtualAddressStaysWhenTheSpecChanges() {
    swarm.overlay("backend");
    swarm.overlay("frontend");
    Service service = swarm.service(spec("web", "backend"));
    List<String> before = virtualIps(service);
    service = swarm.update(service, service.spec().withReplicas(5));
    service = swarm.update(service, spec("web", "backend", "frontend").withReplicas(5));
    assertThat(virtualIps(service)).startsWith(before.get(0)).hasSize(2);
    service = swarm.update(service, spec("web", "frontend"));
    assertThat(virtualIps(service)).containsExactly("10.0.1.2");
  }

  @Test
  @Feature({"H10", "H12", "H13", "H14"})
  void openPortsAreFilledInOneAfterTheOther() {
    Service first = swarm.service(publishing(spec("random"), PortSpec.ingress(0, 80)));
    Service second = swarm.service(publishing(spec("random2"), PortSpec.ingress(0, 80)));
    assertThat(first.endpoint().ports()).containsExactly(PortSpec.ingress(30_000, 80));
    assertThat(second.endpoint().ports()).containsExactly(PortSpec.ingress(30_001, 80));
    assertThat(first.spec().endpoint().ports()).containsExactly(PortSpec.ingress(0, 80));

    Service host = swarm.service(publishing(spec("host"), PortSpec.host(8080, 80)));
    assertThat(host.endpoint().ports()).containsExactly(PortSpec.host(8080, 80));
  }

  @Test
  @Feature("H15")
  void portsFollowTheSpec() {
    Service service = swarm.service(publishing(spec("web"), PortSpec.ingress(0, 80)));
    service =
        swarm.update(
            service,
            publishing(spec("web"), PortSpec.ingress(8090, 8080), PortSpec.ingress(0, 80)));
    assertThat(service.endpoint().ports())
        .containsExactly(PortSpec.ingress(8090, 8080), PortSpec.ingress(30_000, 80));
    service = swarm.update(service, spec("web"));
    assertThat(service.endpoint().ports()).isEmpty();
  }

  @Test
  @Feature("H16")
  void aPortOfARemovedServiceIsPassedOnWhenItsLastTaskIsGone() {
    Service old = swarm.service(publishing(spec("old"), PortSpec.ingress(8080, 80)));
    Task oldTask = swarm.start(swarm.task(old, 1));
    swarm.remove(old);
    Service fresh = swarm.service(publishing(spec("fresh"), PortSpec.ingress(8080, 80)));
    Task waiting = swarm.task(fresh, 1);

    assertThat(waiting.state()).isEqualTo(TaskState.NEW);
    assertThat(reason(waiting))
        .isEqualTo(
            "port '8080' is already in use by service 'old' (" + old.id() + ") as an ingress port");
    assertThat(fresh.endpoint().ports()).isEmpty();

    swarm.delete(oldTask);
    assertThat(swarm.now(fresh).endpoint().ports()).containsExactly(PortSpec.ingress(8080, 80));
    assertThat(swarm.now(waiting).state()).isEqualTo(TaskState.PENDING);
  }

  @Test
  void aPortAdmittedByNumberIsNotGivenOutUnaskedInTheSameTurn() {
    swarm.run(
        tx -> {
          tx.put(
              Service.create(
                  swarm.ids().service(), publishing(spec("open"), PortSpec.ingress(0, 80))));
          return tx.put(
              Service.create(
                  swarm.ids().service(), publishing(spec("fixed"), PortSpec.ingress(30_000, 80))));
        });
    assertThat(swarm.view().serviceNamed("open").endpoint().ports())
        .containsExactly(PortSpec.ingress(30_001, 80));
    assertThat(swarm.view().serviceNamed("fixed").endpoint().ports())
        .containsExactly(PortSpec.ingress(30_000, 80));
  }

  @Test
  void aPublishingServiceJoinsTheIngressNetworkWhenThereIsOne() {
    Service service = swarm.service(publishing(spec("web"), PortSpec.ingress(80, 80)));
    assertThat(swarm.task(service, 1).attachments()).isEmpty();
    swarm.ingress();
    assertThat(virtualIps(swarm.now(service))).containsExactly("10.0.0.2");
    assertThat(addresses(swarm.task(service, 2))).containsExactly("10.0.0.3");
  }

  @Test
  void tasksThatListenGetAnAddressWithoutNetworkIfAskedTo() {
    ServiceSpec plain = ServiceSpec.of("web", "app");
    ServiceSpec listening =
        plain.withTask(
            plain
                .task()
                .withContainer(
                    ContainerSpecBuilder.builder(plain.task().container())
                        .exposedPorts(List.of(80))
                        .build()));
    swarm.ingress();
    assertThat(swarm.task(swarm.service(listening), 1).attachments()).isEmpty();

    swarm = new TestSwarm(AllocatorOptions.DEFAULT.withAddressForEveryTask(true));
    swarm.ingress();
    assertThat(addresses(swarm.task(swarm.service(listening), 1))).containsExactly("10.0.0.2");
    assertThat(addresses(swarm.task(swarm.service(plain.withName("idle")), 1)))
        .containsExactly("10.0.0.3");
    Service host =
        swarm.service(publishing(ServiceSpec.of("host", "app"), PortSpec.host(8080, 80)));
    assertThat(addresses(swarm.task(host, 1))).containsExactly("10.0.0.4");
    assertThat(host.endpoint().virtualIps()).isEmpty();
  }

  @Test
  void aUsedUpPoolIsSaidAndServesWhoWaitedLongestWhenAnAddressIsFreed() {
    swarm.overlay("x", "10.0.9.0/29");
    Service service = swarm.service(spec("web", "x"));
    List<Task> tasks = swarm.tasks(service, 1, 7);

    assertThat(tasks.subList(0, 4)).allMatch(task -> task.state() == TaskState.PENDING);
    assertThat(tasks.subList(4, 7)).allMatch(task -> task.state() == TaskState.NEW);
    assertThat(tasks.get(4).status().reason())
        .isEqualTo(
            new Reason.Allocation(
                "address",
                "pool 10.0.9.0/29 of network 'x' is used up: 5 of 5 addresses are held;"
                    + " remove tasks or give the network a further pool"));
    assertThat(tasks.get(4).status().err()).isEqualTo(reason(tasks.get(4)));

    swarm.reach(tasks.get(1), TaskState.FAILED);
    assertThat(addresses(swarm.now(tasks.get(4)))).isEqualTo(addresses(tasks.get(1)));
    assertThat(swarm.now(tasks.get(5)).state()).isEqualTo(TaskState.NEW);
    swarm.delete(tasks.get(1));
    assertThat(swarm.now(tasks.get(5)).state()).isEqualTo(TaskState.NEW);
    swarm.delete(tasks.get(2));
    assertThat(swarm.now(tasks.get(5)).state()).isEqualTo(TaskState.PENDING);
  }

  @Test
  void aFreedAddressIsGivenOutAgainWhenItHasCooledDown() {
    swarm = new TestSwarm(AllocatorOptions.DEFAULT.withCoolDown(Duration.ofSeconds(10)));
    swarm.overlay("x", "10.0.9.0/29");
    Service service = swarm.service(spec("web", "x"));
    List<Task> tasks = swarm.tasks(service, 1, 6);
    swarm.reach(tasks.get(0), TaskState.FAILED);
    swarm.advance(Duration.ofSeconds(4));
    swarm.reach(tasks.get(1), TaskState.FAILED);

    assertThat(swarm.now(tasks.get(4)).state()).isEqualTo(TaskState.NEW);
    assertThat(swarm.now(tasks.get(4)).status().reason()).isInstanceOf(Reason.Allocation.class);
    swarm.advance(Duration.ofSeconds(7));
    assertThat(addresses(swarm.now(tasks.get(4)))).isEqualTo(addresses(tasks.get(0)));
    assertThat(swarm.now(tasks.get(5)).state()).isEqualTo(TaskState.NEW);
    swarm.advance(Duration.ofSeconds(4));
    assertThat(addresses(swarm.now(tasks.get(5)))).isEqualTo(addresses(tasks.get(1)));
  }

  @Test
  void aPoolCanGrowWhileTasksWait() {
    Network network = swarm.overlay("x", "10.0.9.0/30");
    Service service = swarm.service(spec("web", "x"));
    Task waiting = swarm.task(service, 1);
    assertThat(waiting.state()).isEqualTo(TaskState.NEW);

    swarm.run(
        tx -> {
          Network now = tx.network(network.id());
          NetworkSpec wider =
              now.spec().withPools(List.of(IpPool.of("10.0.9.0/30"), IpPool.of("10.0.10.0/24")));
          return tx.put(new Network(now.id(), now.meta(), wider, now.pools(), now.vni()));
        });
    assertThat(addresses(swarm.now(waiting))).containsExactly("10.0.10.2");
  }

  @Test
  void usedUpAddressPoolsAreSaidAndWaitedFor() {
    ClusterSpec narrow = ClusterSpec.DEFAULT.withAddressPools(List.of(Subnet.parse("10.9.0.0/24")));
    swarm.cluster(narrow);
    swarm.overlay("first");
    swarm.overlay("second");
    swarm.service(spec("a", "first"));
    Task waiting = swarm.task(swarm.service(spec("b", "second")), 1);
    assertThat(reason(waiting))
        .startsWith("no /24 is free in the address pools [10.9.0.0/24] for network 'second'");

    swarm.cluster(narrow.withAddressPools(List.of(Subnet.parse("10.8.0.0/15"))));
    assertThat(addresses(swarm.now(waiting))).containsExactly("10.8.0.3");
  }

  @Test
  void addressesAreHeldUntilATaskEndsAndReleasedOnce() {
    swarm.overlay("x", "10.0.9.0/29");
    Service service = swarm.service(spec("web", "x"));
    List<Task> tasks = swarm.tasks(service, 1, 4);
    swarm.desire(swarm.start(tasks.get(0)), TaskState.SHUTDOWN);
    assertThat(swarm.task(service, 5).state()).isEqualTo(TaskState.NEW);
    swarm.reach(tasks.get(0), TaskState.SHUTDOWN);
    Task heir =
        swarm.view().tasksOf(service.id()).stream()
            .filter(task -> task.state() == TaskState.PENDING && task.slot().toString().equals("5"))
            .findAny()
            .orElseThrow();
    swarm.delete(tasks.get(0));
    assertThat(swarm.defects()).isEmpty();
    assertThat(addresses(swarm.now(heir))).isEqualTo(addresses(tasks.get(0)));
  }

  @Test
  void aTaskGivenUpBeforeItHadANodeReleasesItsAddress() {
    swarm.overlay("x", "10.0.9.0/30");
    Service service =
        swarm.service(
            spec("web", "x").withEndpoint(new EndpointSpec(EndpointMode.DNSRR, List.of())));
    Task first = swarm.task(service, 1);
    Task second = swarm.task(service, 2);
    assertThat(second.state()).isEqualTo(TaskState.NEW);
    swarm.desire(first, TaskState.SHUTDOWN);
    assertThat(swarm.now(second).state()).isEqualTo(TaskState.PENDING);
  }

  @Test
  void aTaskThatComesAndGoesInOneTurnLeavesNothingBehind() {
    swarm.overlay("x", "10.0.9.0/24");
    Service service = swarm.service(spec("web", "x"));
    swarm.run(
        tx -> {
          Task task = tx.put(swarm.newTask(tx, service, 1));
          tx.delete(task.id());
          return task;
        });
    assertThat(swarm.defects()).isEmpty();
  }

  @Test
  void aFixedAddressGoesFromATaskToItsSuccessor() {
    swarm.overlay("x", "10.0.9.0/24");
    Service service = swarm.service(fixed("db", "x", "10.0.9.77"));
    Task first = swarm.start(swarm.task(service, 1));
    assertThat(addresses(first)).containsExactly("10.0.9.77");
    assertThat(first.attachments().get(0).aliases()).containsExactly("alias");

    Task second = swarm.task(service, 1);
    assertThat(second.state()).isEqualTo(TaskState.NEW);
    assertThat(reason(second)).contains("10.0.9.77 is held by " + first.id());
    swarm.reach(first, TaskState.FAILED);
    assertThat(addresses(swarm.now(second))).containsExactly("10.0.9.77");

    swarm.changeLeader();
    swarm.reach(second, TaskState.FAILED);
    assertThat(addresses(swarm.task(service, 1))).containsExactly("10.0.9.77");
  }

  @Test
  void aFixedAddressIsKeptForItsServiceWhileNoTaskHasIt() {
    swarm.overlay("x", "10.0.9.0/29");
    swarm.service(fixed("db", "x", "10.0.9.4"));
    Service other = swarm.service(spec("web", "x"));
    List<Task> tasks = swarm.tasks(other, 1, 4);
    assertThat(tasks.stream().flatMap(task -> addresses(task).stream()))
        .containsExactly("10.0.9.5", "10.0.9.6");
    swarm.changeLeader();
    assertThat(swarm.now(tasks.get(2)).state()).isEqualTo(TaskState.NEW);
  }

  @Test
  void aNetworkWithBothFamiliesGivesAnAddressOfEach() {
    swarm.network(NetworkSpecBuilder.builder().name("dual").ipv6(true).build());
    Service service = swarm.service(spec("web", "dual"));
    assertThat(virtualIps(service)).containsExactly("10.0.0.2", "fd53:7761:726d::2");
    assertThat(addresses(swarm.task(service, 1))).containsExactly("10.0.0.3", "fd53:7761:726d::3");
  }

  @Test
  void aNetworkWithASubnetOfIpv6AloneGetsOneOfIpv4() {
    swarm.overlay("six", "fd00:6::/64");
    Service service = swarm.service(spec("web", "six"));
    assertThat(virtualIps(service)).containsExactly("10.0.0.2", "fd00:6::2");
  }

  @Test
  void networksOfTheNodesThemselvesNeedNoAddresses() {
    Network host = swarm.network(NetworkSpecBuilder.builder().name("host").driver("host").build());
    Service service = swarm.service(spec("agent", "host"));
    assertThat(swarm.task(service, 1).state()).isEqualTo(TaskState.PENDING);
    assertThat(swarm.now(host).pools()).isEmpty();
  }

  @Test
  void aNewLeaderGoesOnWhereTheLastOneStopped() {
    swarm.ingress();
    swarm.overlay("backend", "10.0.9.0/24");
    Service service = swarm.service(publishing(spec("web", "backend"), PortSpec.ingress(0, 80)));
    swarm.tasks(service, 1, 3);
    swarm.changeLeader();

    assertThat(swarm.defects()).isEmpty();
    assertThat(addresses(swarm.task(service, 4))).containsExactly("10.0.9.6", "10.0.0.6");
    Service other = swarm.service(publishing(spec("b", "backend"), PortSpec.ingress(0, 80)));
    assertThat(virtualIps(other)).containsExactly("10.0.9.7", "10.0.0.7");
    assertThat(other.endpoint().ports()).containsExactly(PortSpec.ingress(30_001, 80));
  }

  @Test
  void whatDoesNotFitInATransactionFollowsInTheNext() {
    swarm = new TestSwarm(AllocatorOptions.DEFAULT, 10);
    swarm.overlay("backend");
    Service service = swarm.service(spec("web", "backend"));
    assertThat(swarm.tasks(service, 1, 100)).allMatch(task -> task.state() == TaskState.PENDING);
  }

  @Test
  void theCheckFindsWhatIsWrong() {
    Network network = swarm.overlay("x", "10.0.9.0/24");
    Service service = swarm.service(spec("web", "x"));
    Task task = swarm.task(service, 1);
    TestSwarm broken = new TestSwarm();
    broken.run(
        tx -> {
          tx.put(swarm.now(network));
          tx.put(service);
          tx.put(swarm.now(task));
          return null;
        });
    assertThat(broken.followed()).isEmpty();

    broken.run(
        tx ->
            tx.put(
                swarm
                    .now(task)
                    .with()
                    .id(broken.ids().task())
                    .status(TaskStatus.of(TaskState.RUNNING, tx.now(), "started"))
                    .build()));

    assertThat(AllocationCheck.verify(broken.view()))
        .singleElement()
        .satisfies(defect -> assertThat(defect).startsWith("address 10.0.9.3 of network"));
    assertThat(broken.followed()).containsOnlyOnceElementsOf(AllocationCheck.verify(broken.view()));
  }

  @Test
  void theCheckFindsWhatIsLeftInANetworkThatIsGone() {
    TestSwarm broken = new TestSwarm();
    Network network = broken.overlay("x", "10.0.9.0/24");
    broken.task(broken.service(spec("web", "x")), 1);
    assertThat(broken.defects()).isEmpty();

    broken.run(
        tx -> {
          tx.delete(network.id());
          return null;
        });

    assertThat(broken.followed())
        .anyMatch(defect -> defect.matches("address 10.0.9.3 .* is not one of that network's"));
  }

  @Test
  @Feature("K15")
  void aNodeHasAnAddressWhereItsTasksAre() {
    TestSwarm kernel = new TestSwarm(AllocatorOptions.DEFAULT.withAddressForEveryNode(true));
    Network ingress = kernel.ingress();
    Network backend = kernel.overlay("backend", "10.0.9.0/24");
    Node node = kernel.node("w1", "192.168.0.1");
    assertThat(kernel.view().node(node.id()).attachments())
        .extracting(Attachment::network)
        .containsExactly(ingress.id());

    Task task = kernel.task(kernel.service(TestSwarm.spec("web", "backend")), 1);
    kernel.reach(task, TaskState.ASSIGNED);
    List<Attachment> attachments = kernel.view().node(node.id()).attachments();
    assertThat(attachments)
        .extracting(Attachment::network)
        .containsExactlyInAnyOrder(ingress.id(), backend.id());
    assertThat(attachments)
        .extracting(Attachment::address)
        .doesNotContainAnyElementsOf(
            kernel.now(task).attachments().stream().map(Attachment::address).toList());

    kernel.reach(task, TaskState.FAILED);
    assertThat(kernel.view().node(node.id()).attachments())
        .extracting(Attachment::network)
        .containsExactly(ingress.id());
    assertThat(kernel.defects()).isEmpty();
  }
}
