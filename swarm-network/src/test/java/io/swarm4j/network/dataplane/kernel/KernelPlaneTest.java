package io.swarm4j.network.dataplane.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.swarm4j.model.Ip;
import io.swarm4j.model.PortSpec.Protocol;
import io.swarm4j.model.Subnet;
import io.swarm4j.network.dataplane.Difference;
import io.swarm4j.network.dataplane.kernel.KernelConfig.LocalTask;
import io.swarm4j.network.dataplane.kernel.KernelConfig.Overlay;
import io.swarm4j.network.dataplane.kernel.KernelConfig.PublishedPort;
import io.swarm4j.network.dataplane.kernel.KernelConfig.Remote;
import io.swarm4j.network.dataplane.kernel.KernelConfig.Target;
import io.swarm4j.network.dataplane.kernel.KernelConfig.VirtualService;
import io.swarm4j.testing.Feature;
import io.swarm4j.testing.Surroundings;
import io.swarm4j.time.RealTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two hosts, a task on each, one overlay; everything in namespaces of the test's own. */
@Timeout(180)
class KernelPlaneTest {
  private static final int VNI = 4097;

  /** Seconds in which an answer comes, however busy the machine is. */
  private static final int PATIENT = 25;

  private static final Subnet SUBNET = Subnet.parse("10.0.9.0/24");
  private static final Ip VIP = Ip.parse("10.0.9.2");
  private static final Ip A = Ip.parse("10.0.9.3");
  private static final Ip B = Ip.parse("10.0.9.4");
  private static final Ip NODE1 = Ip.parse("10.0.9.101");
  private static final Ip NODE2 = Ip.parse("10.0.9.102");
  private static final Ip VIP6 = Ip.parse("fd00::2");
  private static final Ip A6 = Ip.parse("fd00::3");
  private static final Ip B6 = Ip.parse("fd00::4");
  private static final Subnet NODE1_6 = Subnet.parse("fd00::65/64");
  private static final Subnet NODE2_6 = Subnet.parse("fd00::66/64");

  private Hosts hosts;
  private final List<KernelPlane> planes = new ArrayList<>();

  @BeforeEach
  void makeHosts() throws Exception {
    String obstacle = Hosts.obstacle();
    Surroundings.require(obstacle.isEmpty(), "the kernel data plane: " + obstacle);
    hosts = new Hosts(2);
    hosts.client("ext");
    for (int i = 1; i <= 2; i++) {
      planes.add(plane(i));
    }
    apply(0, config(1, 0, List.of()));
    apply(1, config(1, 1, List.of()));
    hosts.task("a", "h1", "s4jb4097", A, NODE1);
    hosts.task("b", "h2", "s4jb4097", B, NODE2);
  }

  private KernelPlane plane(int host) {
    return KernelPlane.builder(Hosts.address(host), new RealTime().newLoop("kernel-" + host))
        .namespace(hosts.namespace("h" + host))
        .build();
  }

  @AfterEach
  void removeHosts() {
    planes.forEach(KernelPlane::close);
    if (hosts != null) {
      hosts.close();
    }
  }

  /** What host 0 or 1 shall do if these addresses serve. */
  private KernelConfig config(long revision, int host, List<Ip> serving) {
    Overlay overlay =
        host == 0
            ? new Overlay(VNI, SUBNET, NODE1, remotes(2, B, NODE2))
            : new Overlay(VNI, SUBNET, NODE2, remotes(1, A, NODE1));
    List<Target> targets = serving.stream().map(ip -> new Target(ip, 80)).toList();
    Ip own = host == 0 ? A : B;
    List<LocalTask> tasks =
        revision == 1
            ? List.of()
            : List.of(
                new LocalTask(
                    own.toString(),
                    hosts.namespace(host == 0 ? "a" : "b"),
                    List.of(new VirtualService(VIP, serving))));
    return new KernelConfig(
        revision,
        List.of(overlay),
        List.of(new PublishedPort(null, Protocol.TCP, 8080, targets)),
        Set.of(own),
        tasks);
  }

  private static List<Remote> remotes(int node, Ip... addresses) {
    return List.of(addresses).stream().map(ip -> new Remote(ip, Hosts.address(node))).toList();
  }

  private void apply(int host, KernelConfig config) throws Exception {
    assertThat(planes.get(host).apply(config).toCompletableFuture().get(60, TimeUnit.SECONDS))
        .isEqualTo(config.revision());
  }

  private void serve(long revision, Ip... serving) throws Exception {
    apply(0, config(revision, 0, List.of(serving)));
    apply(1, config(revision, 1, List.of(serving)));
  }

  private List<Difference> diagnose(int host, boolean repair) throws Exception {
    return planes.get(host).diagnose(repair).toCompletableFuture().get(60, TimeUnit.SECONDS);
  }

  @Test
  @Feature({"H01", "H02", "K09", "K11", "K18"})
  void tasksAreReachedAcrossHosts() throws Exception {
    serve(2, A, B);
    assertThat(hosts.get("a", B, 80)).as("a task at another host").isEqualTo("b");
    assertThat(hosts.answers("a", VIP, 80, 4)).as("a virtual address").containsExactly("a", "b");
    assertThat(hosts.answers("b", VIP, 80, 4)).containsExactly("a", "b");
    assertThat(hosts.answers("ext", "10.77.0.1", 8080, 4))
        .as("a published port")
        .containsExactly("a", "b");
    assertThat(hosts.answers("ext", "10.77.0.2", 8080, 4)).containsExactly("a", "b");
    assertThat(hosts.answers("h1", "10.77.0.1", 8080, 4))
        .as("from the host itself")
        .containsExactly("a", "b");
    assertThat(hosts.answers("a", "10.77.0.2", 8080, 4))
        .as("from a task")
        .containsExactly("a", "b");
    assertThat(diagnose(0, false)).isEmpty();
    assertThat(diagnose(1, false)).isEmpty();
  }

  @Test
  void anOverlayWithIpv6CarriesBothFamiliesAndOneThatLosesItNoMore() throws Exception {
    serve(2, A, B);
    applyBoth(3, true);
    hosts.giveIpv6("a", A6, NODE1_6.address());
    hosts.giveIpv6("b", B6, NODE2_6.address());

    assertThat(reaches("a", B6, PATIENT)).as("a task at another host").isTrue();
    assertThat(reaches("a", NODE2_6.address(), PATIENT)).as("another host").isTrue();
    assertThat(hosts.answers("a", VIP6, 80, 4)).as("a virtual address").containsExactly("a", "b");
    assertThat(hosts.answers("b", VIP6, 80, 4)).containsExactly("a", "b");
    assertThat(hosts.answers("a", VIP, 80, 4)).as("the other family").containsExactly("a", "b");
    assertThat(diagnose(0, false)).isEmpty();
    assertThat(diagnose(1, false)).isEmpty();

    hosts.run("h1", "sh", "-c", "echo 1 > /proc/sys/net/ipv6/conf/all/forwarding");
    hosts.run("h1", "ip", "addr", "add", "fd77::1/64", "dev", "eth0", "nodad");
    hosts.run("ext", "ip", "addr", "add", "fd77::c8/64", "dev", "eth0", "nodad");
    assertThat(reaches("a", Ip.parse("fd77::c8"), PATIENT))
        .as("somebody outside, who does not know the way back")
        .isTrue();

    hosts.run("h1", "ip", "addr", "del", NODE1_6.toString(), "dev", "s4jb4097");
    hosts.run("h1", "ip", "neigh", "del", B6.toString(), "dev", "s4jx4097");
    hosts.run("h1", "nft", "delete", "table", "ip6", "swarm4j");
    hosts.run("a", "nft", "delete", "table", "ip6", "swarm4j");
    assertThat(diagnose(0, true))
        .extracting(Difference::place)
        .contains(
            "IPv6 address of s4jb4097",
            "entry of s4jx4097 for " + B6,
            "nftables of the host for IPv6, subnets fd00::/64",
            "nftables of task 10.0.9.3 for IPv6, vip " + VIP6);
    assertThat(diagnose(0, false)).isEmpty();
    assertThat(hosts.answers("a", VIP6, 80, 4)).containsExactly("a", "b");

    applyBoth(4, false);
    assertThat(diagnose(0, false)).isEmpty();
    assertThat(hosts.run("h1", "ip", "neigh", "show", "dev", "s4jx4097")).doesNotContain("fd00:");
    applyBoth(5, true);
    assertThat(hosts.answers("a", VIP6, 80, 4)).containsExactly("a", "b");
    planes.get(0).remove().toCompletableFuture().get(60, TimeUnit.SECONDS);
    assertThat(hosts.run("h1", "nft", "list", "ruleset")).isBlank();
  }

  /** Both tasks serve; whether both families are there. */
  private void applyBoth(long revision, boolean ipv6) throws Exception {
    for (int host = 0; host < 2; host++) {
      KernelConfig v4 = config(revision, host, List.of(A, B));
      apply(host, ipv6 ? withIpv6(v4, host) : v4);
    }
  }

  private static KernelConfig withIpv6(KernelConfig v4, int host) {
    Overlay overlay = v4.overlays().get(0);
    List<Remote> remotes = new ArrayList<>(overlay.remotes());
    Ip there = Hosts.address(2 - host);
    remotes.add(new Remote(host == 0 ? B6 : A6, host == 0 ? B : A, there));
    remotes.add(
        new Remote((host == 0 ? NODE2_6 : NODE1_6).address(), host == 0 ? NODE2 : NODE1, there));
    LocalTask task = v4.tasks().get(0);
    List<VirtualService> services = new ArrayList<>(task.services());
    services.add(new VirtualService(VIP6, List.of(A6, B6)));
    return new KernelConfig(
        v4.revision(),
        List.of(
            new Overlay(
                VNI, SUBNET, overlay.address(), host == 0 ? NODE1_6 : NODE2_6, remotes, false)),
        v4.published(),
        v4.tasksHere(),
        List.of(new LocalTask(task.id(), task.namespace(), services)));
  }

  @Test
  void theClientsAddressIsKeptWhereItsNodeRunsTheTask() throws Exception {
    serve(2, A);
    assertThat(hosts.get("ext", "10.77.0.1", 8080, "/cgi-bin/who")).contains("10.77.0.200");
    assertThat(hosts.get("ext", "10.77.0.2", 8080, "/cgi-bin/who")).contains(NODE2.toString());
  }

  @Test
  void theHostForgetsConnectionsToPublishedPortsSoonAfterTheirEnd() throws Exception {
    serve(2, A, B);
    hosts.answers("ext", "10.77.0.1", 8080, 4);
    assertThat(hosts.run("h1", "cat", "/proc/net/nf_conntrack").lines())
        .filteredOn(line -> line.contains("dport=8080") && line.contains("TIME_WAIT"))
        .allMatch(line -> Integer.parseInt(line.split("\\s+")[4]) <= 1);
  }

  @Test
  void aWithdrawnTaskGetsNoNewConnection() throws Exception {
    serve(2, A, B);
    serve(3, B);
    assertThat(hosts.answers("a", VIP, 80, 4)).containsExactly("b");
    assertThat(hosts.answers("ext", "10.77.0.1", 8080, 4)).containsExactly("b");
    serve(4);
    assertThat(hosts.get("a", VIP, 80)).isEqualTo("refused");
    assertThat(hosts.get("ext", "10.77.0.1", 8080)).isEqualTo("refused");
    serve(5, A, B);
    assertThat(hosts.answers("ext", "10.77.0.1", 8080, 4)).containsExactly("a", "b");
    assertThat(diagnose(0, false)).isEmpty();
  }

  @Test
  void anotherPlaneTakesOverWhatIsThere() throws Exception {
    serve(2, A, B);
    planes.set(0, plane(1));
    apply(0, config(3, 0, List.of(B)));
    assertThat(hosts.answers("ext", "10.77.0.1", 8080, 3)).containsExactly("b");
    assertThat(diagnose(0, false)).isEmpty();
  }

  @Test
  void whatOthersHaveChangedIsFoundAndRepaired() throws Exception {
    serve(2, A, B);
    hosts.run("h1", "nft", "delete", "element", "ip", "swarm4j", "port", "{ 6 . 8080 }");
    hosts.run("h1", "ip", "neigh", "del", B.toString(), "dev", "s4jx4097");
    hosts.run("a", "nft", "delete", "table", "ip", "swarm4j");
    assertThat(diagnose(0, true))
        .extracting(Difference::place)
        .anyMatch(place -> place.contains("port 6 . 8080"))
        .anyMatch(place -> place.contains("s4jx4097 for 10.0.9.4"))
        .anyMatch(place -> place.contains("task 10.0.9.3"));
    assertThat(diagnose(0, false)).isEmpty();
    assertThat(hosts.answers("a", VIP, 80, 4)).containsExactly("a", "b");
  }

  @Test
  void whoeverIsOffItsBridgeIsFoundAndPutBack() throws Exception {
    serve(2, A, B);
    hosts.run("h1", "ip", "link", "set", "s4jx4097", "nomaster");
    assertThat(diagnose(0, false))
        .containsExactly(new Difference("bridge of s4jx4097", "s4jb4097", ""));
    assertThat(diagnose(0, true)).hasSize(1);
    assertThat(hosts.get("a", B, 80)).as("after the VXLAN device is back").isEqualTo("b");

    hosts.run("h1", "ip", "link", "del", "s4jb4097");
    assertThat(diagnose(0, true))
        .extracting(Difference::place)
        .anyMatch(place -> place.equals("device s4jb4097"))
        .anyMatch(place -> place.equals("bridge of va, an interface of task 10.0.9.3"));
    assertThat(diagnose(0, false)).isEmpty();
    assertThat(hosts.get("a", B, 80)).as("over a new bridge").isEqualTo("b");
    assertThat(hosts.answers("ext", "10.77.0.1", 8080, 4)).containsExactly("a", "b");

    hosts.run("h1", "ip", "link", "set", "s4jb4097", "down");
    assertThat(diagnose(0, true)).contains(new Difference("device s4jb4097", "up", "down"));
    assertThat(diagnose(0, false)).isEmpty();
  }

  /** As far as it goes on a kernel without ESP: what shall be encrypted does not get through. */
  @Test
  void packetsOfAnEncryptedOverlayNeitherLeaveNorEnterUnencrypted() throws Exception {
    assertThat(reaches("a", B, PATIENT)).isTrue();
    EncryptionTable none = new EncryptionTable(Set.of(), 4789);
    EncryptionTable marks = new EncryptionTable(Set.of("0x1001"), 4789);
    Ipsec receiver = ipsec("h2");
    receiver.begin(Encryption.NONE, Encryption.NONE, none, marks);
    assertThat(reaches("a", B, 1)).as("what comes in as it is, is dropped").isFalse();
    receiver.remove();
    assertThat(reaches("a", B, PATIENT)).isTrue();

    Ipsec sender = ipsec("h1");
    Encryption policy =
        new Encryption(
            Map.of(),
            Map.of(
                "src 10.77.0.1/32 dst 10.77.0.2/32 proto udp dport 4789 dir out mark 0x53344a"
                    + " mask 0xffffffff",
                "priority 5344 tmpl src 10.77.0.1 dst 10.77.0.2 proto esp spi 0x00abcdef reqid"
                    + " 5452874 mode transport"));
    sender.begin(Encryption.NONE, policy, none, none);
    assertThat(reaches("a", B, PATIENT)).as("other overlays are left alone").isTrue();
    sender.begin(policy, policy, none, marks);
    assertThat(reaches("a", B, 1)).as("what can not be encrypted does not leave").isFalse();
    sender.remove();
    assertThat(reaches("a", B, PATIENT)).isTrue();
  }

  private Ipsec ipsec(String host) {
    return new Ipsec(hosts.namespace(host), new ProcessCommands(Duration.ofSeconds(30)));
  }

  private boolean reaches(String from, Ip to, int seconds) {
    try {
      String patience = Integer.toString(seconds);
      hosts.run(from, "/bin/busybox", "ping", "-c", "1", "-W", patience, to.toString());
      return true;
    } catch (KernelException noAnswer) {
      return false;
    }
  }

  @Test
  void foreignRulesAreLeftAloneAndOursGoWithoutATrace() throws Exception {
    hosts.run("h1", "nft", "add", "table", "ip", "foreign");
    serve(2, A, B);
    planes.get(0).remove().toCompletableFuture().get(60, TimeUnit.SECONDS);
    assertThat(hosts.run("h1", "nft", "list", "ruleset").strip())
        .isEqualTo("table ip foreign {\n}");
    assertThat(hosts.run("h1", "ip", "-o", "link", "show")).doesNotContain("s4jb", "s4jx");
  }

  @Test
  void aTaskThatIsGoneDoesNotStopTheRest() throws Exception {
    serve(2, A, B);
    KernelConfig next = config(3, 0, List.of(B));
    LocalTask gone = new LocalTask("gone", hosts.namespace("gone"), List.of());
    apply(
        0,
        new KernelConfig(
            3,
            next.overlays(),
            next.published(),
            next.tasksHere(),
            List.of(gone, next.tasks().get(0))));
    assertThat(hosts.answers("a", VIP, 80, 3)).containsExactly("b");
  }

  @Test
  void aFailureInTheMiddleIsMadeGoodByTheNextConfiguration() throws Exception {
    serve(2, A, B);
    hosts.run("h1", "nft", "delete", "table", "ip", "swarm4j");
    assertThatThrownBy(() -> apply(0, config(3, 0, List.of(A))))
        .isInstanceOf(ExecutionException.class)
        .hasMessageContaining("nft refused a change");
    apply(0, config(4, 0, List.of(A)));
    assertThat(hosts.answers("ext", "10.77.0.1", 8080, 3)).containsExactly("a");
    assertThat(diagnose(0, false)).isEmpty();
  }
}
