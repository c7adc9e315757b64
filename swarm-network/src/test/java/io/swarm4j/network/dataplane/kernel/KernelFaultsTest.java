package io.swarm4j.network.dataplane.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.swarm4j.model.Ip;
import io.swarm4j.model.NetworkSpec;
import io.swarm4j.model.NetworkSpec.IpPool;
import io.swarm4j.model.NetworkSpecBuilder;
import io.swarm4j.model.PortSpec.Protocol;
import io.swarm4j.model.Subnet;
import io.swarm4j.network.dataplane.Difference;
import io.swarm4j.network.dataplane.kernel.KernelConfig.LocalTask;
import io.swarm4j.network.dataplane.kernel.KernelConfig.Overlay;
import io.swarm4j.network.dataplane.kernel.KernelConfig.PublishedPort;
import io.swarm4j.network.dataplane.kernel.KernelConfig.Remote;
import io.swarm4j.network.dataplane.kernel.KernelConfig.Target;
import io.swarm4j.network.dataplane.kernel.KernelConfig.VirtualService;
import io.swarm4j.time.VirtualTime;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Programs that are not there, and steps that fail, on a kernel that is a script. */
class KernelFaultsTest {
  private static final Ip NODE = Ip.parse("10.77.0.1");

  private final VirtualTime time = new VirtualTime(1);

  /** A kernel without anything of ours, one of whose commands fails. */
  private static class Script implements Commands {
    final List<String> done = new ArrayList<>();
    int failing;

    Script(int failing) {
      this.failing = failing;
    }

    @Override
    public String run(List<String> command, String input) {
      if (--failing == 0) {
        throw new KernelException("'" + String.join(" ", command) + "' failed with 1: no");
      }
      String text = String.join(" ", command);
      done.add(text + " <- " + input);
      if (text.contains("addr show to")) {
        return "2: eth0 inet 10.77.0.1/24";
      }
      return text.contains("link show dev") ? "2: eth0: <UP> mtu 1500" : "";
    }
  }

  private static KernelConfig config(long revision) {
    Ip task = Ip.parse("10.0.9.3");
    return new KernelConfig(
        revision,
        List.of(
            new Overlay(
                4097,
                Subnet.parse("10.0.9.0/24"),
                Ip.parse("10.0.9.101"),
                Subnet.parse("fd00::65/64"),
                List.of(new Remote(Ip.parse("10.0.9.4"), Ip.parse("10.77.0.2"))),
                false)),
        List.of(new PublishedPort(null, Protocol.TCP, 8080, List.of(new Target(task, 80)))),
        Set.of(task),
        List.of());
  }

  private CompletableFuture<Long> apply(KernelPlane plane, long revision) {
    CompletableFuture<Long> result = plane.apply(config(revision)).toCompletableFuture();
    time.settle();
    return result;
  }

  private KernelPlane plane(Commands commands) {
    return KernelPlane.builder(NODE, time.newLoop("kernel")).commands(commands).build();
  }

  @Test
  void whicheverStepFailsTheNextConfigurationIsPutInPlaceAsAWhole() {
    Script whole = new Script(0);
    assertThat(apply(plane(whole), 1)).isCompletedWithValue(1L);
    assertThat(whole.done).hasSizeGreaterThan(6);
    assertThat(devices(whole)).isNotEmpty();

    for (int step = 1; step <= whole.done.size(); step++) {
      Script script = new Script(step);
      KernelPlane plane = plane(script);
      CompletableFuture<Long> first = apply(plane, 1);
      if (first.isCompletedExceptionally()) {
        assertThatThrownBy(first::join).hasRootCauseInstanceOf(KernelException.class);
        script.done.clear();
        assertThat(apply(plane, 2)).as("after step %s failed", step).isCompletedWithValue(2L);
      }
      assertThat(script.done).as("after step %s failed", step).containsAll(devices(whole));
    }
  }

  @Test
  void aTaskThatEndsWhileItIsLookedAtIsNoDifference(@TempDir Path folder) throws Exception {
    Path namespace = Files.createFile(folder.resolve("net"));
    boolean[] ending = {false};
    Script script =
        new Script(0) {
          @Override
          public String run(List<String> command, String input) {
            boolean listsTask = command.contains("list") && command.contains("--net=" + namespace);
            if (listsTask && ending[0]) {
              namespace.toFile().delete();
            }
            if (listsTask) {
              throw new KernelException("no such table, or no such namespace");
            }
            return super.run(command, input);
          }
        };
    KernelPlane plane = plane(script);
    Ip served = Ip.parse("10.0.9.2");
    LocalTask task =
        new LocalTask(
            "ending",
            new NetworkNamespace(namespace.toString()),
            List.of(new VirtualService(served, List.of(Ip.parse("10.0.9.3")))));
    plane.apply(config(1).withTasks(List.of(task)));
    assertThat(places(plane)).contains("nftables of task ending, vip " + served);

    ending[0] = true;
    assertThat(places(plane)).isNotEmpty().noneMatch(place -> place.contains("ending"));
  }

  @Test
  void aNamespaceThatAnotherProcessHasByTheNumberOfOneThatEndedIsLeftAlone(@TempDir Path folder)
      throws Exception {
    Path link = folder.resolve("net");
    Files.createSymbolicLink(link, Path.of("net:[1]"));
    NetworkNamespace namespace = new NetworkNamespace(link.toString(), "net:[1]");
    LocalTask task = new LocalTask("ended", namespace, List.of());
    Script present = new Script(0);
    plane(present).apply(config(1).withTasks(List.of(task)));
    time.settle();
    assertThat(present.done).anyMatch(line -> line.contains("--net=" + link));

    Files.delete(link);
    Files.createSymbolicLink(link, Path.of("net:[2]"));
    Script other = new Script(0);
    KernelPlane plane = plane(other);
    plane.apply(config(1).withTasks(List.of(task)));
    assertThat(places(plane)).isNotEmpty();
    assertThat(other.done).noneMatch(line -> line.contains("--net=" + link));
    long own = ProcessHandle.current().pid();
    assertThat(NetworkNamespace.ofProcess(own).exists()).isTrue();
    assertThat(NetworkNamespace.ofProcess(1L << 40).exists()).isFalse();
  }

  private List<String> places(KernelPlane plane) {
    CompletableFuture<List<Difference>> found = plane.diagnose(false).toCompletableFuture();
    time.settle();
    return found.join().stream().map(Difference::place).toList();
  }

  @Test
  void ipv6IsRefusedWithTheKernelsReasonAndFurtherPoolsWithTheEngines() {
    Script script =
        new Script(0) {
          @Override
          public String run(List<String> command, String input) {
            if (command.contains("cd /proc/sys/net/ipv6")) {
              throw new KernelException("can't cd to /proc/sys/net/ipv6");
            }
            return super.run(command, input);
          }
        };
    KernelPlane without = plane(script);
    KernelPlane with = plane(new Script(0));
    time.settle();
    NetworkSpec six = network(true, "10.0.9.0/24", "fd00::/64");
    assertThat(with.unsupported(six)).isEmpty();
    assertThat(without.unsupported(six).toString())
        .contains("ipv6", "can't cd to /proc/sys/net/ipv6");
    assertThat(without.unsupported(network(false, "10.0.9.0/24"))).isEmpty();
    assertThat(with.unsupported(network(false, "10.0.9.0/24", "fd00::/64")).toString())
        .contains("true from the beginning");
    assertThat(with.unsupported(network(true, "10.0.9.0/24", "10.0.10.0/24", "fd00::/64")))
        .singleElement()
        .asString()
        .contains("10.0.10.0/24", "one subnet of each");
  }

  private static NetworkSpec network(boolean ipv6, String... subnets) {
    return NetworkSpecBuilder.builder()
        .name("net")
        .ipv6(ipv6)
        .pools(Stream.of(subnets).map(IpPool::of).toList())
        .build();
  }

  private static List<String> devices(Script script) {
    return script.done.stream()
        .filter(line -> line.startsWith("ip -batch") && !line.contains("xfrm"))
        .toList();
  }

  @Test
  void aProgramThatIsNotThereIsNamedWithTheRemedy() {
    assertThatThrownBy(
            () -> new ProcessCommands(Duration.ofSeconds(5)).run(List.of("no-such-nft"), ""))
        .isInstanceOf(KernelException.class)
        .hasMessageContaining("no-such-nft")
        .hasMessageContaining("install it, and run as root");
  }
}
