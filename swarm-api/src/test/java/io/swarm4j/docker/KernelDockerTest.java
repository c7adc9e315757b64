package io.swarm4j.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.jna.Function;
import com.sun.jna.NativeLibrary;
import io.swarm4j.Diagnosis;
import io.swarm4j.NodeOptions;
import io.swarm4j.PortProblem;
import io.swarm4j.Swarm;
import io.swarm4j.model.Attachment;
import io.swarm4j.model.ClusterSpec;
import io.swarm4j.model.ContainerSpec;
import io.swarm4j.model.Endpoint.VirtualIp;
import io.swarm4j.model.EndpointSpec;
import io.swarm4j.model.HealthCheck;
import io.swarm4j.model.HealthCheck.Probe;
import io.swarm4j.model.InvalidSpecException;
import io.swarm4j.model.Ip;
import io.swarm4j.model.Mount;
import io.swarm4j.model.Network;
import io.swarm4j.model.NetworkAttachmentSpec;
import io.swarm4j.model.NetworkSpec;
import io.swarm4j.model.NetworkSpec.IpPool;
import io.swarm4j.model.NetworkSpecBuilder;
import io.swarm4j.model.Node;
import io.swarm4j.model.Node.Availability;
import io.swarm4j.model.Node.NodeState;
import io.swarm4j.model.Placement;
import io.swarm4j.model.PortSpec;
import io.swarm4j.model.ServiceId;
import io.swarm4j.model.ServiceMode;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskState;
import io.swarm4j.model.UpdatePolicy;
import io.swarm4j.model.UpdatePolicy.UpdateOrder;
import io.swarm4j.network.dataplane.Difference;
import io.swarm4j.network.dataplane.kernel.NetworkNamespace;
import io.swarm4j.testing.DockerHosts;
import io.swarm4j.testing.DockerHosts.Host;
import io.swarm4j.testing.Feature;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Three Docker hosts with the kernel data plane: names, virtual addresses, the routing mesh. */
@Tag("docker")
@Timeout(300)
class KernelDockerTest {
  @RegisterExtension static final DockerHosts HOSTS = DockerHosts.own(3);

  private static final int MOST_ROUNDS = 60;
  private static final int MOST_FAILURES = 10;
  private static final Duration LONG = Duration.ofSeconds(120);
  private static final List<String> NAMES = List.of("m1", "w1", "w2");
  private static final String NAME_PAGE =
      "mkdir /www; hostname > /www/index.html; exec busybox httpd -f -p 80 -h /www";

  private static final String AWAIT =
      "for i in $(seq 300); do %s 2> /dev/null && exit; sleep 0.1; done; exit 1";

  private static final List<KernelDocker> NODES = new ArrayList<>();
  private static Swarm swarm;

  @BeforeAll
  static void start() {
    DockerHosts.install("wrk");
    NODES.clear();
    swarm = null; // the class may have been tried before
    HOSTS.host(0).shell("nft add table inet other");
    HOSTS.all().forEach(host -> host.shell("iptables -w -P FORWARD DROP")); // as engines do
    Swarm.Builder builder =
        Swarm.builder()
            .name("kernel")
            .managers(1)
            .workers(2)
            .cluster(ClusterSpec.DEFAULT.withHeartbeatPeriod(Duration.ofSeconds(1)));
    for (int i = 0; i < NAMES.size(); i++) {
      Host host = HOSTS.host(i);
      NODES.add(
          KernelDocker.in(
              new NetworkNamespace(host.network().toString()),
              () -> enter(host),
              EngineAddress.of(host.uri()),
              Ip.parse(host.address())));
      builder.runtime(NAMES.get(i), NODES.get(i));
    }
    swarm = builder.start();
    swarm
        .networks()
        .create(
            NetworkSpecBuilder.builder()
                .name("backend")
                .pools(List.of(IpPool.of("10.0.9.0/24")))
                .build());
    run(web("customer").withReplicas(3));
    run(web("balance").withReplicas(3).withEndpoint(publish(PortSpec.ingress(5000, 80))));
  }

  private static EndpointSpec publish(PortSpec port) {
    return EndpointSpec.publish(port);
  }

  /** Sockets belong to the namespace of the thread that makes them. */
  private static void enter(Host host) {
    NativeLibrary c = NativeLibrary.getInstance("c");
    int file = c.getFunction("open").invokeInt(new Object[] {host.network().toString(), 0});
    Function setns = c.getFunction("setns");
    if (file < 0 || setns.invokeInt(new Object[] {file, 0x40000000}) != 0) {
      throw new IllegalStateException("cannot enter " + host.network());
    }
    c.getFunction("close").invokeInt(new Object[] {file});
  }

  private static ServiceSpec web(String name) {
    ServiceSpec spec = ServiceSpec.of(name, "swarm4j/base");
    UpdatePolicy policy =
        UpdatePolicy.builder()
            .monitor(Duration.ofMillis(100))
            .order(UpdateOrder.START_FIRST)
            .build();
    return spec.withUpdate(policy)
        .withRollback(policy)
        .withTask(
            spec.task()
                .withContainer(
                    spec.task()
                        .container()
                        .withStopGracePeriod(Duration.ofMillis(100))
                        .withCommand(List.of("sh", "-c", NAME_PAGE)))
                .withNetworks(List.of(NetworkAttachmentSpec.of("backend"))));
  }

  private static void run(ServiceSpec spec) {
    swarm.services().create(spec);
    converged(spec.name());
  }

  private static void converged(String service) {
    assertThat(swarm.services().await(service, LONG))
        .withFailMessage(() -> service + " does not converge" + KernelEvidence.of(swarm, HOSTS))
        .matches(outcome -> outcome.isConverged());
  }

  private static void remove(String service) {
    ServiceId id = swarm.services().get(service).id();
    swarm.services().remove(service);
    assertThat(swarm.await(view -> view.tasksOf(id).isEmpty(), LONG)).isTrue();
  }

  private static void awaitState(String node, NodeState state) {
    assertThat(swarm.await(view -> swarm.nodes().get(node).status().state() == state, LONG))
        .isTrue();
  }

  /** Gets its first request when it listens: a container that runs may not yet. */
  private static ServiceSpec shop() {
    HealthCheck listens =
        new HealthCheck(
            new Probe.Shell("curl -f -s http://127.0.0.1/"),
            Duration.ofMillis(500),
            Duration.ofSeconds(30),
            20,
            null,
            null);
    ServiceSpec spec = web("shop");
    return spec.withReplicas(3)
        .withTask(spec.task().withContainer(spec.task().container().withHealth(listens)))
        .withEndpoint(publish(PortSpec.ingress(5002, 80)));
  }

  private static Host host(Node node) {
    return HOSTS.host(NAMES.indexOf(node.hostname()));
  }

  private static String hostname(Task task) {
    return swarm.view().node(task.nodeId()).hostname();
  }

  private static List<Task> running(String service) {
    return swarm.services().tasks(service).stream()
        .filter(task -> task.isDesiredAlive() && task.state() == TaskState.RUNNING)
        .toList();
  }

  @AfterAll
  static void stop() {
    if (swarm != null) {
      swarm.close();
      for (Host host : HOSTS.all()) {
        assertThat(host.shell("nft list tables; ip -o link; iptables -S"))
            .as("nothing of ours is left on " + host.name())
            .doesNotContain("swarm4j", "s4jb", "s4jx");
        assertThat(host.docker("network", "ls")).doesNotContain("swarm4j-");
      }
      assertThat(HOSTS.host(0).shell("nft list tables"))
          .as("what others have made stays")
          .contains("table inet other");
    }
  }

  /** Runs a line in the container of a task. */
  private static String in(String service, int slot, String line) {
    return docker(service, slot, "exec", "sh", "-c", line);
  }

  private static String docker(String service, int slot, String verb, String... line) {
    Task task =
        running(service).stream()
            .filter(each -> each.slot().toString().equals(Integer.toString(slot)))
            .findFirst()
            .orElseThrow();
    List<String> words = new ArrayList<>(List.of(verb.split(" ")));
    words.add(task.status().container().id());
    words.addAll(List.of(line));
    return host(swarm.view().node(task.nodeId())).docker(words.toArray(String[]::new));
  }

  /** Who answers a task, until so many have. */
  private static TreeSet<String> answers(String service, int slot, String url, int tasks) {
    String six = "for i in $(seq 6); do curl -s -S -m 5 " + url + " || true; done";
    return answers(tasks, service + "." + slot, () -> in(service, slot, six));
  }

  /** Asks until so many have answered; says what there is to see if they do not. */
  private static TreeSet<String> answers(int tasks, String who, Supplier<String> question) {
    TreeSet<String> answered = new TreeSet<>();
    List<String> failures = new ArrayList<>();
    for (int i = 0; i < MOST_ROUNDS && failures.size() < MOST_FAILURES; i++) {
      try {
        String said = question.get();
        answered.addAll(said.isEmpty() ? List.of() : List.of(said.split("\\s+")));
        if (answered.size() >= tasks) {
          return answered;
        }
      } catch (IllegalStateException noAnswer) {
        failures.add(noAnswer.getMessage());
      }
    }
    throw new AssertionError(
        who
            + " was answered by "
            + answered
            + ", not by "
            + tasks
            + " tasks, and not at all: "
            + failures
            + KernelEvidence.of(swarm, HOSTS));
  }

  @Test
  @Feature({"K04", "K06", "K07", "K09", "K10", "K11", "K17", "K18"})
  void aContainerReachesAnotherServiceByNameAcrossNodes() {
    assertThat(answers("balance", 1, "http://customer/", 3)).hasSize(3);
    assertThat(answers("balance", 2, "http://2.customer/", 1)).hasSize(1);
    assertThat(answers("balance", 3, "http://balance/", 3)).as("its own service").hasSize(3);
    assertThat(in("balance", 1, "dig +short tasks.customer").lines()).hasSize(3);
    assertThat(in("balance", 1, "dig +short customer").lines())
        .containsExactly(
            swarm.services().get("customer").endpoint().virtualIps().get(0).address().toString());
  }

  @Test
  @Feature({"H01", "H02", "H03"})
  void everyNodesPublishedPortAnswersFromEveryTask() {
    everyNodeAnswers(5000);
  }

  private static void everyNodeAnswers(int port) {
    for (Host host : HOSTS.all()) {
      get(host, port); // it has time to open the port
      answers(3, host.name() + " port " + port, () -> ask(host, port));
    }
  }

  /** What a machine is told that is no part of the swarm; a slow node has time to open the port. */
  private static String get(Host host, int port) {
    String patience = "--retry 60 --retry-connrefused --retry-delay 1 --retry-max-time 60";
    try {
      return ask(host, port, patience.split(" "));
    } catch (IllegalStateException noAnswer) {
      throw new AssertionError(noAnswer.getMessage() + KernelEvidence.of(swarm, HOSTS), noAnswer);
    }
  }

  private static String ask(Host host, int port, String... options) {
    List<String> command = new ArrayList<>(List.of("curl", "-sS", "-m", "5"));
    command.addAll(List.of(options));
    command.add("http://" + host.address() + ":" + port + "/");
    return DockerHosts.run(command);
  }

  @Test
  @Feature("K13")
  void serviceWithoutVirtualAddressIsFoundByTheAddressesOfItsTasks() {
    run(
        web("pairs")
            .withReplicas(2)
            .withEndpoint(new EndpointSpec(EndpointSpec.EndpointMode.DNSRR, List.of())));
    assertThat(swarm.services().get("pairs").endpoint().virtualIps()).isEmpty();
    assertThat(in("customer", 1, "dig +short pairs").lines())
        .containsExactlyInAnyOrderElementsOf(
            running("pairs").stream()
                .map(task -> task.attachments().get(0).address().toString())
                .toList());
    assertThat(answers("customer", 2, "http://pairs/", 2)).hasSize(2);
    remove("pairs");
  }

  @Test
  @Feature("H08")
  void portInHostModeIsOpenWhereTheTaskRunsAndNowhereElse() {
    run(web("single").withEndpoint(publish(PortSpec.host(5001, 80))));
    Task task = running("single").get(0);
    for (Host host : HOSTS.all()) {
      if (host.equals(host(swarm.view().node(task.nodeId())))) {
        assertThat(get(host, 5001)).isEqualTo("single-1");
      } else {
        assertThatThrownBy(() -> ask(host, 5001)).hasMessageContaining("onnect");
      }
    }
    remove("single");
  }

  @Test
  @Feature("Q06")
  void aGlobalServiceShowsTheFiguresOfEachNodeUnderItsName() {
    ServiceSpec meter = web("meter");
    ContainerSpec container =
        meter
            .task()
            .container()
            .withEnv(Map.of("NODE", "{{.Node.Hostname}}"))
            .withMounts(List.of(Mount.bind("/proc", "/node")))
            .withCommand(
                List.of(
                    "sh",
                    "-c",
                    "mkdir /www; { echo $NODE; grep MemTotal /node/meminfo; } > /www/index.html;"
                        + " exec busybox httpd -f -p 80 -h /www"));
    run(
        meter
            .withMode(new ServiceMode.Global())
            .withTask(meter.task().withContainer(container))
            .withEndpoint(publish(PortSpec.host(5008, 80))));
    String memory = DockerHosts.run(List.of("grep", "MemTotal", "/proc/meminfo"));
    for (Host host : HOSTS.all()) {
      assertThat(get(host, 5008).lines())
          .containsExactly(NAMES.get(HOSTS.all().indexOf(host)), memory);
    }
    remove("meter");
  }

  @Test
  @Feature({"H13", "H14"})
  void portThatTheSwarmChoosesAnswersOnEveryNode() {
    run(web("any").withReplicas(3).withEndpoint(publish(PortSpec.ingress(0, 80))));
    int port = swarm.services().get("any").endpoint().ports().get(0).published();
    assertThat(port).isBetween(30_000, 32_767);
    everyNodeAnswers(port);
    remove("any");
  }

  @Test
  @Feature({"K05", "K15", "K16", "K22"})
  void anOverlayIsOnNodesWithATaskOnlyAndNotReachedFromOutside() {
    swarm
        .networks()
        .create(
            NetworkSpecBuilder.builder()
                .name("lonely")
                .pools(List.of(IpPool.of("10.0.7.0/24")))
                .build());
    ServiceSpec hermit = web("hermit");
    run(
        hermit.withTask(
            hermit
                .task()
                .withNetworks(List.of(NetworkAttachmentSpec.of("lonely")))
                .withPlacement(Placement.constrained("node.hostname == w2"))));
    String bridge = "s4jb" + swarm.networks().get("lonely").vni();
    String task = running("hermit").get(0).attachments().get(0).address().toString();

    assertThat(HOSTS.host(2).shell("ip -o link")).contains(bridge);
    for (Host host : HOSTS.all().subList(0, 2)) {
      assertThat(host.shell("ip -o link")).doesNotContain(bridge);
      assertThatThrownBy(() -> host.shell("curl -sS -m 2 http://" + task + "/"))
          .hasMessageContaining("curl");
    }
    assertThat(swarm.services().get("hermit").endpoint().virtualIps())
        .as("not on the ingress network")
        .hasSize(1);
    remove("hermit");
  }

  @Test
  void networksThatThePlaneCannotCarryAreRefusedWithTheReason() {
    String route = HOSTS.host(0).address().replaceAll("\\d+$", "0/24");
    refused(
        network("over").pools(List.of(IpPool.of(route))),
        "subnet " + route + " overlaps " + route + ", a route outside the swarm");
    if (!hasEsp(HOSTS.host(0))) {
      refused(network("secret").encrypted(true), "a kernel with ESP and AES-GCM on every node");
    }
    refused(
        network("wide").pools(List.of(IpPool.of("10.0.20.0/24"), IpPool.of("10.0.21.0/24"))),
        "one subnet of each");
    refused(
        network("six").pools(List.of(IpPool.of("10.0.20.0/24"), IpPool.of("fd00:20::/64"))),
        "true from the beginning of a network that has a pool of IPv6");
  }

  @Test
  @Feature({"K11", "K18"})
  void aNetworkWithIpv6CarriesBothFamiliesAcrossNodes() {
    swarm
        .networks()
        .create(
            network("dual")
                .ipv6(true)
                .pools(List.of(IpPool.of("10.0.20.0/24"), IpPool.of("fd00:20::/64")))
                .build());
    ServiceSpec spec = web("six");
    run(
        spec.withReplicas(3)
            .withTask(spec.task().withNetworks(List.of(NetworkAttachmentSpec.of("dual")))));
    List<String> tasks = new ArrayList<>();
    running("six").forEach(task -> tasks.add(ipv6(task.attachments())));
    String virtual =
        swarm.services().get("six").endpoint().virtualIps().stream()
            .map(VirtualIp::address)
            .filter(ip -> !ip.isV4())
            .findFirst()
            .orElseThrow()
            .toString();

    assertThat(in("six", 1, "nslookup -type=aaaa tasks.six")).contains(tasks);
    assertThat(in("six", 1, "nslookup -type=aaaa six")).contains(virtual);
    for (String task : tasks) {
      assertThat(byIpv6(task, 1)).hasSize(1);
    }
    assertThat(byIpv6(virtual, 3)).hasSize(3);
    assertThat(answers("six", 2, "http://six/", 3)).as("the other family").hasSize(3);
    assertThat(swarm.doctor().check()).allMatch(Diagnosis::isHealthy);
    remove("six");
  }

  /** Who answers the first task of the service with IPv6, until so many have. */
  private static TreeSet<String> byIpv6(String address, int tasks) {
    String six =
        "for i in $(seq 6); do timeout 5 wget -q -O - 'http://[" + address + "]/' || true; done";
    return answers(tasks, "six.1", () -> in("six", 1, six));
  }

  private static String ipv6(List<Attachment> attachments) {
    return attachments.stream()
        .map(Attachment::address)
        .filter(ip -> !ip.isV4())
        .findFirst()
        .orElseThrow()
        .toString();
  }

  private static boolean hasEsp(Host host) {
    String state = "src 127.0.0.9 dst 127.0.0.9 proto esp spi 0x1000";
    String content = "mode transport aead 'rfc4106(gcm(aes))' 0x" + "00".repeat(20) + " 128";
    return host.shell(
            "ip xfrm state add "
                + state
                + " "
                + content
                + " && ip xfrm state delete "
                + state
                + " && echo yes || true")
        .contains("yes");
  }

  private static NetworkSpecBuilder network(String name) {
    return NetworkSpecBuilder.builder().name(name);
  }

  private static void refused(NetworkSpecBuilder network, String reason) {
    NetworkSpec spec = network.build();
    assertThatThrownBy(() -> swarm.networks().create(spec))
        .isInstanceOf(InvalidSpecException.class)
        .hasMessageContaining(reason);
    assertThat(swarm.networks().list()).extracting(Network::name).doesNotContain(spec.name());
  }

  @Test
  void aPortIsOpenOnTheInterfaceThatItNamesAloneAndAMissingOneIsTold() {
    run(web("bound").withEndpoint(EndpointSpec.publish(on("eth0", 5004), on("nowhere7", 5014))));

    for (Host host : HOSTS.all()) {
      assertThat(get(host, 5004)).isEqualTo("bound-1");
      String other = host.subnet().replaceAll("\\d+/.*", "1");
      assertThatThrownBy(() -> host.shell("curl -sS -m 5 http://" + other + ":5004/"))
          .hasMessageContaining("onnect");
    }
    assertThat(swarm.services().health("bound").ports())
        .extracting(PortProblem::toString)
        .containsExactlyInAnyOrder(
            NAMES.stream()
                .map(
                    "service bound is not reached at nowhere7:5014 of node %s: no interface of that name"
                        ::formatted)
                .toArray(String[]::new));

    Host first = HOSTS.host(0);
    first.shell(
        "ip link add nowhere7 type bridge; ip addr add 10.98.7.1/24 dev nowhere7;"
            + " ip link set nowhere7 up");
    assertThat(first.shell(AWAIT.formatted("curl -sS -m 5 http://10.98.7.1:5014/")))
        .isEqualTo("bound-1");
    assertThat(swarm.services().health("bound").ports()).hasSize(2);
    first.shell("ip link del nowhere7");
    remove("bound");
  }

  private static PortSpec on(String networkInterface, int port) {
    return new PortSpec(
        "",
        PortSpec.Protocol.TCP,
        80,
        port,
        PortSpec.PublishMode.INGRESS,
        List.of(networkInterface));
  }

  @Test
  void aPortThatAForeignProgramHoldsOnOneNodeIsLeftToItAndTold() throws Exception {
    Host host = HOSTS.host(1);
    Process foreign =
        new ProcessBuilder(
                "nsenter", "--net=" + host.network(), "busybox", "httpd", "-f", "-p", "5005")
            .start();
    try {
      host.shell(AWAIT.formatted("curl -s http://127.0.0.1:5005/ > /dev/null"));
      run(web("contested").withEndpoint(publish(PortSpec.ingress(5005, 80))));

      assertThat(get(HOSTS.host(0), 5005)).isEqualTo("contested-1");
      assertThat(get(host, 5005)).doesNotContain("contested");
      assertThat(swarm.services().health("contested").ports())
          .singleElement()
          .asString()
          .contains("service contested is not reached at " + host.address() + ":5005 of node w1");
      assertThat(swarm.doctor().check().get(1).differences())
          .extracting(Difference::place)
          .containsExactly("port 5005 of service contested");

      foreign.destroy();
      foreign.waitFor();
      host.shell(AWAIT.formatted("nft list map ip swarm4j port | grep 5005"));
      assertThat(get(host, 5005)).isEqualTo("contested-1");
      assertThat(swarm.services().health("contested").ports()).isEmpty();
    } finally {
      foreign.destroy();
    }
    remove("contested");
  }

  @Test
  void anAgentThatStartsAgainKeepsTheWaysOfItsContainersUpToDate() {
    Task client =
        running("balance").stream()
            .filter(task -> !hostname(task).equals("m1"))
            .findFirst()
            .orElseThrow();
    String worker = hostname(client);
    NODES.get(NAMES.indexOf(worker)).detach();
    swarm.nodes().halt(worker);
    swarm.nodes().join(NodeOptions.worker(worker));
    awaitState(worker, NodeState.READY);
    converged("balance");

    run(web("latecomer").withReplicas(2));
    int slot = Integer.parseInt(client.slot().toString());
    assertThat(answers("balance", slot, "http://latecomer/", 2)).hasSize(2);
    remove("latecomer");
    assertThat(swarm.doctor().check()).allMatch(Diagnosis::isHealthy);
  }

  @Test
  void theDoctorNamesWhatOthersHaveChangedOnANodeAndRepairsIt() {
    assertThat(swarm.doctor().check())
        .allMatch(Diagnosis::isHealthy)
        .extracting(Diagnosis::place)
        .containsExactlyElementsOf(NAMES);
    Node node = swarm.view().node(running("balance").get(0).nodeId());
    String vxlan = "s4jx" + swarm.networks().get("backend").vni();
    host(node).shell("nft delete element ip swarm4j port '{ 6 . 5000 }'; ip link del " + vxlan);

    for (Diagnosis found : swarm.doctor().repair()) {
      if (found.place().equals(node.hostname())) {
        assertThat(found.differences())
            .extracting(Difference::place)
            .containsExactlyInAnyOrder("nftables of the host, port 6 . 5000", "device " + vxlan);
      } else {
        assertThat(found.isHealthy()).as("%s", found).isTrue();
      }
    }
    assertThat(swarm.doctor().check()).allMatch(Diagnosis::isHealthy);
    everyNodeAnswers(5000);
  }

  @Test
  void noRequestFailsThroughUpdateRollbackScaleDrainAndTheKillOfAnAgent() throws Exception {
    ServiceSpec caller = web("caller");
    run(caller.withTask(caller.task().withPlacement(Placement.constrained("node.hostname == m1"))));
    run(shop());
    Wrk outside = Wrk.start("http://" + HOSTS.host(0).address() + ":5002/");
    docker(
        "caller",
        1,
        "exec -d",
        "sh",
        "-c",
        "while [ ! -e /stop ]; do curl -s -S -m 10 http://shop/ >> /good 2>> /bad || echo >> /bad;"
            + " sleep 0.02; done");

    swarm.services().update("shop", spec -> spec.withTask(spec.task().withForceUpdate(1)));
    converged("shop");
    swarm.services().rollback("shop");
    converged("shop");
    swarm.services().scale("shop", 5);
    converged("shop");
    swarm.services().scale("shop", 2);
    converged("shop");
    swarm.nodes().availability("w2", Availability.DRAIN);
    converged("shop");
    swarm.nodes().availability("w2", Availability.ACTIVE);
    try {
      NODES.get(1).detach();
      swarm.nodes().halt("w1");
      awaitState("w1", NodeState.DOWN);
      converged("shop");
    } finally {
      swarm.nodes().join(NodeOptions.worker("w1"));
      awaitState("w1", NodeState.READY);
    }

    in("caller", 1, "touch /stop");
    String report = outside.end();
    assertThat(report).doesNotContain("Socket errors", "Non-2xx");
    assertThat(Wrk.requests(report)).as(report).isGreaterThan(200);
    assertThat(in("caller", 1, "cat /bad 2> /dev/null || true")).isEmpty();
    assertThat(in("caller", 1, "cat /good").lines().count()).isGreaterThan(50);

    for (String service : List.of("customer", "balance", "shop", "caller")) {
      converged(service);
    }
    remove("caller");
    remove("shop");
  }
}
