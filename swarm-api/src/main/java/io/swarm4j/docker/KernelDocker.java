package io.swarm4j.docker;

import io.swarm4j.NodeNetwork;
import io.swarm4j.NodeOptions;
import io.swarm4j.RuntimeFactory;
import io.swarm4j.agent.Runtime;
import io.swarm4j.model.Ip;
import io.swarm4j.model.NetworkId;
import io.swarm4j.model.NodeId;
import io.swarm4j.network.dataplane.kernel.KernelConfig.Overlay;
import io.swarm4j.network.dataplane.kernel.KernelNode;
import io.swarm4j.network.dataplane.kernel.KernelPlane;
import io.swarm4j.network.dataplane.kernel.NetworkNamespace;
import io.swarm4j.network.dns.AddressBook;
import io.swarm4j.network.dns.Discovery;
import io.swarm4j.network.dns.DnsServer;
import io.swarm4j.network.dns.ResolvConf;
import io.swarm4j.store.Change;
import io.swarm4j.store.ChangeFeed;
import io.swarm4j.store.Commit;
import io.swarm4j.store.View;
import io.swarm4j.time.Chance;
import io.swarm4j.time.Loop;
import io.swarm4j.time.Time;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Containers of a Docker Engine on overlays that the Linux kernel carries: runtime and data plane
 * of one node. Needs root on the engine's own machine.
 *
 * <pre>{@code
 * Swarm.builder().runtime("m1", KernelDocker.on(EngineAddress.LOCAL, Ip.parse("192.168.0.1")))
 * }</pre>
 */
public final class KernelDocker implements RuntimeFactory, NodeNetwork {
  private final EngineAddress engine;
  private final Ip address;
  private final NetworkNamespace namespace;
  private final Runnable enter;
  private final AddressBook book = new AddressBook();
  private final CompletableFuture<KernelNode> node = new CompletableFuture<>();
  private @Nullable Time time;
  private @Nullable Loop loop;
  private @Nullable KernelPlane plane;
  private @Nullable DnsServer names;

  private KernelDocker(
      EngineAddress engine, Ip address, NetworkNamespace namespace, Runnable enter) {
    this.engine = engine;
    this.address = address;
    this.namespace = namespace;
    this.enter = enter;
  }

  /**
   * On this machine.
   *
   * @param address the machine's address on the network between the nodes
   */
  public static KernelDocker on(EngineAddress engine, Ip address) {
    return new KernelDocker(engine, address, NetworkNamespace.OWN, () -> {});
  }

  /**
   * On an engine that lives in a network namespace of its own.
   *
   * @param enter takes the calling thread into that namespace
   */
  public static KernelDocker in(
      NetworkNamespace namespace, Runnable enter, EngineAddress engine, Ip address) {
    return new KernelDocker(engine, address, namespace, enter);
  }

  @Override
  public Runtime create(NodeOptions options, Time newTime, Loop agentLoop) {
    time = newTime;
    String name = "swarm-" + options.name();
    loop = newTime.newLoop(name + "-network");
    plane =
        KernelPlane.builder(address, newTime.newLoop(name + "-kernel"))
            .namespace(namespace)
            .build();
    DockerRuntime runtime =
        DockerRuntime.builder(newTime, options.name())
            .engine(engine)
            .networking(new KernelNetworking(engine, node))
            .build();
    return new ClosingRuntime(runtime, this::close);
  }

  private void close() {
    DnsServer listening = names;
    if (listening != null) {
      listening.close();
    }
    if (plane != null) {
      plane.remove().exceptionally(failure -> null).toCompletableFuture().join();
      plane.close();
    }
    if (loop != null) {
      loop.close();
    }
  }

  @Override
  public NodeNetwork network() {
    return this;
  }

  @Override
  public String address() {
    return address.toString();
  }

  @Override
  public void begin(NodeId id, Supplier<View> states, ChangeFeed feed) {
    Loop own = loop;
    KernelPlane kernel = plane;
    Time source = time;
    if (own == null || kernel == null || source == null) {
      throw new IllegalStateException("the runtime comes first");
    }
    names =
        DnsServer.builder(address.toString(), new Discovery(states), book, Chance.secure())
            .upstreams(ResolvConf.nameServers())
            .onThread(enter)
            .build();
    View start = states.get();
    KernelNode made = new KernelNode(id, kernel, own, start, this::listen);
    own.execute(() -> follow(made, start, states, feed));
    node.complete(made);
  }

  private void follow(KernelNode made, View start, Supplier<View> states, ChangeFeed feed) {
    Loop own = loop;
    if (own == null) {
      return;
    }
    book.reset(start);
    made.reset(start);
    ChangeFeed.Listener kernel = made.listener(() -> {});
    feed.watch(
        start.revision(),
        change -> true,
        own,
        new ChangeFeed.Listener() {
          @Override
          public void changed(Commit commit, List<Change> changes) {
            book.apply(commit.changes());
            kernel.changed(commit, changes);
          }

          @Override
          public void lost(long revision) {
            follow(made, states.get(), states, feed);
          }
        });
  }

  private void listen(Map<NetworkId, Overlay> overlays) {
    Map<InetSocketAddress, List<NetworkId>> addresses = new LinkedHashMap<>();
    overlays.forEach(
        (network, overlay) ->
            addresses.put(
                new InetSocketAddress(overlay.address().toInetAddress(), ResolvConf.PORT),
                List.of(network)));
    DnsServer server = names;
    if (server != null) {
      server.listen(addresses);
    }
  }

  @Override
  public CompletionStage<Void> inForce(long revision) {
    return node.thenCompose(made -> made.inForce(revision));
  }
}
