package io.swarm4j.docker;

import io.swarm4j.NodeOptions;
import io.swarm4j.PortProblem;
import io.swarm4j.model.Fault;
import io.swarm4j.model.Ip;
import io.swarm4j.model.NetworkId;
import io.swarm4j.model.NetworkSpec;
import io.swarm4j.model.Node;
import io.swarm4j.model.NodeId;
import io.swarm4j.model.Service;
import io.swarm4j.network.dataplane.Difference;
import io.swarm4j.network.dataplane.kernel.KernelConfig.Overlay;
import io.swarm4j.network.dataplane.kernel.KernelConfig.PublishedPort;
import io.swarm4j.network.dataplane.kernel.KernelNode;
import io.swarm4j.network.dataplane.kernel.KernelPlane;
import io.swarm4j.network.dataplane.kernel.MissingInterface;
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
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The parts of a {@link KernelDocker} from one start of its node to the end. Thread-safe. */
final class KernelLife {
  private static final Logger LOG = LoggerFactory.getLogger(KernelLife.class);

  private final String address;
  private final Runnable enter;
  private final Loop loop;
  private final KernelPlane plane;
  private final DockerRuntime runtime;
  private final AddressBook book = new AddressBook();
  private final CompletableFuture<KernelNode> node = new CompletableFuture<>();
  private volatile @Nullable DnsServer names;
  private volatile @Nullable AutoCloseable watch;
  private volatile Supplier<List<PortProblem>> problems = List::of;
  private volatile Set<InetSocketAddress> asked = Set.of();
  private volatile Set<InetSocketAddress> listening = Set.of();

  KernelLife(
      EngineAddress engine,
      Ip address,
      NetworkNamespace namespace,
      Runnable enter,
      NodeOptions options,
      Time time) {
    this.address = address.toString();
    this.enter = enter;
    String name = "swarm-" + options.name();
    loop = time.newLoop(name + "-network");
    plane =
        KernelPlane.builder(address, time.newLoop(name + "-kernel")).namespace(namespace).build();
    runtime =
        DockerRuntime.builder(time, options.name())
            .engine(engine)
            .networkingBy(connection -> new KernelNetworking(connection, node))
            .build();
  }

  DockerRuntime runtime() {
    return runtime;
  }

  /** Removes all that was made, once the runtime has ended. */
  void leave() {
    unfollow(); // lest what is removed is made again
    plane.remove().exceptionally(failure -> null).toCompletableFuture().join();
    plane.close();
  }

  /** Ends, and leaves all that was made as it is. */
  void detach() {
    runtime.detach();
    unfollow();
    plane.close();
  }

  private void unfollow() {
    closeQuietly(watch);
    closeQuietly(names);
    loop.close();
  }

  private static void closeQuietly(@Nullable AutoCloseable resource) {
    try {
      if (resource != null) {
        resource.close();
      }
    } catch (Exception failure) {
      LOG.warn("A part of a node's network did not end in good order", failure);
    }
  }

  void begin(NodeId id, Supplier<View> states, ChangeFeed feed) {
    problems = () -> problems(id, states.get());
    names =
        DnsServer.builder(address, new Discovery(states), book, Chance.secure())
            .upstreams(ResolvConf.nameServers())
            .onThread(enter)
            .build();
    View start = states.get();
    KernelNode made = new KernelNode(id, plane, loop, start, this::listen);
    loop.execute(() -> follow(made, start, states, feed));
    node.complete(made);
  }

  private void follow(KernelNode made, View start, Supplier<View> states, ChangeFeed feed) {
    book.reset(start);
    made.reset(start);
    ChangeFeed.Listener kernel = made.listener(() -> {});
    watch =
        feed.watch(
            start.revision(),
            change -> true,
            loop,
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
      asked = Set.copyOf(addresses.keySet());
      server.listen(addresses).thenAccept(result -> listening = result.open().keySet());
    }
  }

  List<Fault> unsupported(NetworkSpec spec) {
    return plane.unsupported(spec);
  }

  /** What differs, or differed, of the kernel and of the name server. */
  CompletionStage<List<Difference>> diagnose(boolean repair) {
    return node.thenCompose(made -> made.diagnose(repair))
        .thenApply(
            kernel -> {
              List<Difference> found = new ArrayList<>(kernel);
              asked.stream()
                  .filter(address -> !listening.contains(address))
                  .forEach(
                      address -> found.add(new Difference("name server " + address, "open", "")));
              for (PortProblem problem : portProblems()) {
                found.add(
                    new Difference(
                        "port " + problem.address().getPort() + " of service " + problem.service(),
                        "open",
                        problem.cause()));
              }
              return found;
            });
  }

  List<PortProblem> portProblems() {
    return problems.get();
  }

  private List<PortProblem> problems(NodeId id, View view) {
    KernelNode made = node.isDone() ? node.join() : null;
    if (made == null) {
      return List.of();
    }
    Node self = view.node(id);
    String hostname = self == null ? "" : self.hostname();
    List<PortProblem> found = new ArrayList<>();
    for (PublishedPort port : made.held()) {
      Ip at = port.bind() == null ? Ip.parse(address) : port.bind();
      for (Service service : view.services()) {
        boolean publishes =
            service.endpoint().ports().stream()
                .anyMatch(
                    own -> own.published() == port.port() && own.protocol() == port.protocol());
        if (publishes) {
          found.add(
              new PortProblem(
                  service.name(),
                  hostname,
                  new InetSocketAddress(at.toInetAddress(), port.port()),
                  "another program of the host listens there"));
        }
      }
    }
    for (MissingInterface asked : made.missing()) {
      Service service = view.service(asked.service());
      found.add(
          new PortProblem(
              service == null ? "" : service.name(),
              hostname,
              InetSocketAddress.createUnresolved(asked.name(), asked.port()),
              "no interface of that name"));
    }
    return found;
  }

  long appliedRevision() {
    return node.isDone() ? node.join().appliedRevision() : 0;
  }

  CompletionStage<Void> inForce(long revision) {
    return node.thenCompose(made -> made.inForce(revision));
  }
}
