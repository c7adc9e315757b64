package io.swarm4j.network.dataplane.kernel;

import io.swarm4j.model.Check;
import io.swarm4j.model.Fault;
import io.swarm4j.model.Ip;
import io.swarm4j.model.NetworkSpec;
import io.swarm4j.model.NetworkSpec.IpPool;
import io.swarm4j.model.Subnet;
import io.swarm4j.model.UnavailableException;
import io.swarm4j.network.dataplane.Difference;
import io.swarm4j.network.dataplane.kernel.KernelConfig.LocalTask;
import io.swarm4j.network.dataplane.kernel.KernelConfig.Overlay;
import io.swarm4j.network.dataplane.kernel.KernelConfig.PublishedPort;
import io.swarm4j.network.ipam.HostRoutes;
import io.swarm4j.time.Loop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the kernel of one node carry the swarm's traffic. Needs Linux, the right to administer the
 * network, and the programs {@code ip}, {@code bridge}, {@code nft} and {@code nsenter}.
 *
 * <p>Thread-safe; the work is done on a loop of its own, which it blocks. If a step fails, what is
 * in force is not known any more: the next configuration is then put in place as a whole, as after
 * a start.
 */
public final class KernelPlane implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(KernelPlane.class);
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final Loop loop;
  private final KernelState kernel;
  private @Nullable KernelConfig inForce;
  private boolean certain;
  private volatile List<PublishedPort> held = List.of();
  private volatile String noEncryption = "it is not known yet";
  private volatile String noIpv6 = "it is not known yet";
  private volatile boolean closed;

  private KernelPlane(Builder builder) {
    loop = builder.loop;
    kernel = new KernelState(builder.namespace, builder.node, builder.port, builder.commands);
    loop.execute(() -> noEncryption = kernel.noEncryption());
    loop.execute(() -> noIpv6 = kernel.noIpv6());
  }

  /**
   * Starts to describe a plane.
   *
   * @param node the node's address on the network between the nodes
   * @param loop where the work is done, which blocks it; closed with the plane
   */
  public static Builder builder(Ip node, Loop loop) {
    return new Builder(node, loop);
  }

  /**
   * Puts a configuration in force; calls take effect in their order, and one that is older than
   * what is in force changes nothing.
   *
   * @return completes with the revision in force; exceptionally with a {@link KernelException} if
   *     the kernel refused it, in which case the next call starts afresh, or with {@link
   *     UnavailableException} if the plane is closed
   */
  public CompletionStage<Long> apply(KernelConfig config) {
    return onLoop(() -> enforce(config));
  }

  private long enforce(KernelConfig wanted) {
    KernelConfig present = inForce;
    if (present != null && certain && wanted.revision() < present.revision()) {
      return present.revision();
    }
    KernelConfig config = withoutHeld(wanted, present);
    boolean wasCertain = certain;
    certain = false;
    if (present != null && wasCertain) {
      kernel.change(present, config);
    } else {
      kernel.replace(config);
    }
    inForce = config;
    certain = true;
    return config.revision();
  }

  /** Looks at the host only if a port is to be opened. */
  private KernelConfig withoutHeld(KernelConfig wanted, @Nullable KernelConfig present) {
    Set<PublishedPort> open = new HashSet<>();
    if (present != null) {
      present.published().forEach(port -> open.add(port.withoutTargets()));
    }
    List<PublishedPort> fresh =
        wanted.published().stream().filter(port -> !open.contains(port.withoutTargets())).toList();
    List<PublishedPort> found = fresh.isEmpty() ? List.of() : heldOf(fresh, wanted.overlays());
    held = found;
    if (found.isEmpty()) {
      return wanted;
    }
    Set<PublishedPort> kept = new HashSet<>(found);
    return wanted.withPublished(
        wanted.published().stream().filter(port -> !kept.contains(port)).toList());
  }

  private List<PublishedPort> heldOf(List<PublishedPort> ports, List<Overlay> overlays) {
    Set<Ip> own = overlays.stream().map(Overlay::address).collect(Collectors.toSet());
    HostListeners listeners = kernel.listeners().awayFrom(own);
    return ports.stream().filter(listeners::hold).toList();
  }

  /**
   * The published ports that are not open since other programs of the host listen on them; each
   * {@link #apply} looks again.
   */
  public List<PublishedPort> held() {
    return held;
  }

  /**
   * Compares what the kernel has with what it shall have.
   *
   * @param repair whether to put that in place
   * @return what differs, or differed; empty if nothing has been put in force yet
   */
  public CompletionStage<List<Difference>> diagnose(boolean repair) {
    return onLoop(
        () -> {
          KernelConfig present = inForce;
          if (present == null) {
            return List.of();
          }
          List<Difference> found = kernel.differences(present);
          if (repair && !found.isEmpty()) {
            certain = false;
            kernel.replace(present);
            certain = true;
          }
          return found;
        });
  }

  /** A task's namespace is gone, or is about to go: nothing is changed there any more. */
  public void forget(String task) {
    loop.execute(
        () -> {
          kernel.forget(task);
          KernelConfig present = inForce;
          if (present != null) {
            List<LocalTask> others =
                present.tasks().stream().filter(other -> !other.id().equals(task)).toList();
            inForce = present.withTasks(others);
          }
        });
  }

  /**
   * The longest packet, in bytes, that overlays carry as one: what the network between the nodes
   * does, less what it takes to wrap it.
   */
  public CompletionStage<Integer> mtu() {
    return onLoop(kernel::mtu);
  }

  /** The host's interfaces, those of overlays left out, with their IPv4 addresses. */
  public CompletionStage<Map<String, List<Ip>>> interfaces() {
    return onLoop(kernel::interfaces);
  }

  /** Removes everything that this or an earlier plane of the node made. */
  public CompletionStage<Void> remove() {
    return onLoop(
        () -> {
          kernel.remove();
          inForce = null;
          certain = false;
          return null;
        });
  }

  private <T> CompletionStage<T> onLoop(Supplier<T> work) {
    CompletableFuture<T> result = new CompletableFuture<>();
    if (closed) {
      result.completeExceptionally(new UnavailableException("the data plane is closed"));
      return result;
    }
    loop.execute(
        () -> {
          try {
            result.complete(work.get());
          } catch (RuntimeException e) {
            log.debug("The kernel did not do as asked", e);
            result.completeExceptionally(e);
          }
        });
    return result.minimalCompletionStage();
  }

  /** What a network asks for and this data plane does not do. Does not block. */
  public List<Fault> unsupported(NetworkSpec spec) {
    List<Fault> faults = new ArrayList<>();
    if (spec.encrypted() && !noEncryption.isEmpty()) {
      faults.add(
          new Fault(
              Fault.Code.UNSUPPORTED,
              "encrypted",
              "true",
              "false, or a kernel with ESP and AES-GCM on every node: "
                  + noEncryption
                  + "; else encrypt the network between the nodes"));
    }
    long v4 = spec.pools().stream().filter(pool -> pool.subnet().address().isV4()).count();
    long v6 = spec.pools().size() - v4;
    if (v4 > 1 || v6 > 1) {
      faults.add(
          new Fault(
              Fault.Code.UNSUPPORTED,
              "pools",
              spec.pools().stream().map(IpPool::subnet).toList().toString(),
              "one pool of IPv4, and with ipv6 one of IPv6: a bridge network of a Docker Engine"
                  + " has one subnet of each, so choose one that is large enough, or several"
                  + " networks"));
    }
    if (v6 > 0 && !spec.ipv6()) {
      faults.add(
          new Fault(
              Fault.Code.UNSUPPORTED,
              "ipv6",
              "false",
              "true from the beginning of a network that has a pool of IPv6"));
    }
    if (spec.ipv6() && !noIpv6.isEmpty()) {
      faults.add(
          new Fault(
              Fault.Code.UNSUPPORTED,
              "ipv6",
              "true",
              "false, or a kernel with IPv6 and nftables for it on every node: " + noIpv6));
    }
    return faults;
  }

  /**
   * The subnets to which a host has routes that are not of the swarm. Blocks.
   *
   * @throws KernelException if they cannot be read
   */
  public static List<Subnet> hostRoutes(NetworkNamespace host) {
    Commands commands = new ProcessCommands(PATIENCE);
    String table = commands.run(host.command("cat", "/proc/net/route"), "");
    String ipv6 =
        commands.run(host.command("sh", "-c", "cat /proc/net/ipv6_route 2> /dev/null || true"), "");
    List<Subnet> routes = new ArrayList<>(HostRoutes.parse(table, KernelState::isOurs));
    routes.addAll(HostRoutes.parseIpv6(ipv6, KernelState::isOurs));
    return routes;
  }

  /** Ends the work; what is in force stays so, and traffic goes on. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      loop.close();
      kernel.close(); // what was queued on the loop is not run any more
    }
  }

  /** Options of a {@link KernelPlane}. Not thread-safe. */
  public static final class Builder {
    private static final int LOWEST_PORT = 1024;
    private static final int HIGHEST_PORT = 49_151;

    private final Ip node;
    private final Loop loop;
    private NetworkNamespace namespace = NetworkNamespace.OWN;
    private int port = 4789;
    private Commands commands = new ProcessCommands(PATIENCE);

    private Builder(Ip node, Loop loop) {
      this.node = node;
      this.loop = loop;
      Check.of("KernelPlane")
          .that(node.isV4(), "node", node, "an IPv4 address: overlays run over IPv4")
          .orThrow();
    }

    /** The host's namespace; that of this process unless set. */
    public Builder namespace(NetworkNamespace namespace) {
      this.namespace = namespace;
      return this;
    }

    /** The port of VXLAN, 1024 to 49151; 4789 unless set. The same on all nodes. */
    public Builder dataPathPort(int port) {
      Check.of("KernelPlane")
          .that(port >= LOWEST_PORT && port <= HIGHEST_PORT, "dataPathPort", port, "1024 to 49151")
          .orThrow();
      this.port = port;
      return this;
    }

    Builder commands(Commands commands) {
      this.commands = commands;
      return this;
    }

    /** Makes the plane, which leaves the kernel alone until it gets a configuration. */
    public KernelPlane build() {
      return new KernelPlane(this);
    }
  }
}
