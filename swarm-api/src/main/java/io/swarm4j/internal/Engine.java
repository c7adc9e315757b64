package io.swarm4j.internal;

import io.swarm4j.Diagnosis;
import io.swarm4j.NodeNetwork;
import io.swarm4j.NodeOptions;
import io.swarm4j.PortProblem;
import io.swarm4j.agent.NameResolver;
import io.swarm4j.agent.protocol.Managers;
import io.swarm4j.agent.protocol.ToNode;
import io.swarm4j.dispatcher.EndpointGate;
import io.swarm4j.dispatcher.LocalManagers;
import io.swarm4j.dispatcher.Manager;
import io.swarm4j.model.Cluster;
import io.swarm4j.model.ConflictException;
import io.swarm4j.model.ContainerSpec;
import io.swarm4j.model.Fault;
import io.swarm4j.model.Meta;
import io.swarm4j.model.Network;
import io.swarm4j.model.Node;
import io.swarm4j.model.Node.NodeRole;
import io.swarm4j.model.Node.NodeState;
import io.swarm4j.model.NodeDescription;
import io.swarm4j.model.NodeId;
import io.swarm4j.model.NodeSpec;
import io.swarm4j.model.NodeStatus;
import io.swarm4j.model.UnavailableException;
import io.swarm4j.network.Networks;
import io.swarm4j.network.dataplane.LoopbackLease;
import io.swarm4j.network.dns.Discovery;
import io.swarm4j.store.Log;
import io.swarm4j.store.State;
import io.swarm4j.store.Transaction;
import io.swarm4j.store.View;
import io.swarm4j.time.Loop;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running swarm: its managers, nodes and data plane, put together in order and taken apart in
 * reverse.
 */
public final class Engine extends Host {
  private static final Logger LOG = LoggerFactory.getLogger(Engine.class);

  private final EngineOptions options;
  private final ArrayDeque<AutoCloseable> resources = new ArrayDeque<>();
  private final List<Member> members = new ArrayList<>();
  private final Map<NodeId, LocalNode> localNodes = new ConcurrentHashMap<>();
  private final Discovery discovery = new Discovery(this::view);
  private final Loop agentLoop;
  private final Loop watchLoop;
  private final NodeNetworks nodeNetworks;
  private volatile NetworkSurroundings surroundings = NetworkSurroundings.NONE;
  private AddressPlan addresses = AddressPlan.none();
  private @Nullable UserSpacePlane plane;
  private int lastAddress;
  private volatile boolean closed;

  private Engine(EngineOptions options) {
    super(options);
    this.options = options;
    this.agentLoop = own(options.time().newLoop("swarm-" + options.name() + "-agents"));
    this.watchLoop = own(options.time().newLoop("swarm-" + options.name() + "-watch"));
    this.nodeNetworks =
        new NodeNetworks(options, watchLoop, task -> FrontendPlan.drain(view(), task));
    own(reach());
  }

  /** Starts a swarm; what was started is closed again if that fails. */
  public static Engine start(EngineOptions options) {
    Engine engine = new Engine(options);
    try {
      engine.open();
      return engine;
    } catch (RuntimeException failed) {
      try {
        engine.close();
      } catch (RuntimeException alsoFailed) {
        failed.addSuppressed(alsoFailed);
      }
      throw failed;
    }
  }

  private <T extends AutoCloseable> T own(T resource) {
    resources.push(resource);
    return resource;
  }

  private void open() {
    EndpointGate gate = (task, revision) -> gate().withdrawn(task, revision);
    surroundings = NodeNetworks.surroundings(options);
    List<? extends Log> logs = ManagerLogs.of(options);
    own(new MemberGroup(options, members));
    for (int i = 0; i < logs.size(); i++) {
      String thread = "swarm-" + options.name() + "-manager" + (i + 1);
      members.add(new Member(thread, options, logs.get(i), gate));
    }
    CompletableFuture<@Nullable Void> led = new CompletableFuture<>();
    members.forEach(member -> member.onLeading(() -> led.complete(null)));
    members.forEach(member -> member.store.open());
    waiting().join(led, options.startTimeout());
    if (options.network() && options.block() != null) {
      addresses = AddressPlan.of(options.block());
    } else if (options.network()
        && !NodeNetworks.areExpected(options)
        && LoopbackLease.isSupported()) {
      Network ingress = join(submit(Networks::ingress));
      addresses = own(AddressPlan.lease(options.name(), options.time(), ingress));
    }
    join(
        submit(
            tx ->
                addresses.bootstrap(
                    tx, ids(), locked(new Cluster(ids().cluster(), Meta.NEW, options.cluster())))));
    if (addresses.isLeased()) {
      startPlane();
    }
    for (NodeOptions node : options.nodes()) {
      join(startNode(node));
    }
    awaitNodes();
  }

  private EndpointGate gate() {
    if (plane != null) {
      return plane;
    }
    return nodeNetworks.isEmpty() ? EndpointGate.OPEN : nodeNetworks;
  }

  private void startPlane() {
    plane =
        own(
            UserSpacePlane.following(
                members.get(0).store,
                options.name(),
                options.time(),
                options.localhost(),
                discovery));
  }

  /**
   * Starts a node and lets it join; a node of that name that an earlier life of the swarm had keeps
   * its identity.
   */
  @Override
  CompletionStage<NodeId> startNode(NodeOptions node) {
    NodeNetwork network = nodeNetworks.of(node);
    String address = network == null ? nodeAddress() : network.address();
    return submit(tx -> identity(tx, node, address))
        .thenApply(
            id -> {
              LocalNode local =
                  new LocalNode(
                      id, node, address, options, agentLoop, new LeaderOfThisJvm(), names());
              localNodes.put(id, local);
              if (network != null) {
                network.begin(id, this::view, members.get(0).store.feed());
              }
              local.agent.start();
              return id;
            });
  }

  /** What tasks find by name, and the servers for those that are programs of their own. */
  private NameResolver names() {
    return plane == null ? discovery : new ServedNames(discovery, this::view);
  }

  private NodeId identity(Transaction tx, NodeOptions node, String address) {
    for (Node known : tx.nodes()) {
      if (known.hostname().equals(node.name())) {
        if (localNodes.containsKey(known.id())) {
          throw new ConflictException(
              "a node named " + node.name() + " is already part of this swarm");
        }
        return known.id();
      }
    }
    return tx.put(newNode(node, address)).id();
  }

  private Node newNode(NodeOptions node, String address) {
    return new Node(
        ids().node(),
        Meta.NEW,
        new NodeSpec(null, node.labels(), node.role(), Node.Availability.ACTIVE),
        NodeDescription.UNKNOWN.withHostname(node.name()),
        new NodeStatus(NodeState.UNKNOWN, "not seen yet", address, options.time().now()),
        node.role(),
        node.role() == NodeRole.MANAGER
            ? new Node.ManagerStatus(localNodes.isEmpty(), true, address)
            : null);
  }

  private synchronized String nodeAddress() {
    return addresses.nodeAddress(++lastAddress);
  }

  private void awaitNodes() {
    boolean ready =
        await(
            view ->
                localNodes.keySet().stream()
                    .allMatch(
                        id -> {
                          Node node = view.node(id);
                          return node != null && node.status().state() == NodeState.READY;
                        }),
            options.startTimeout());
    if (!ready) {
      throw new UnavailableException(
          "not all nodes became ready within " + options.startTimeout() + ": " + view().nodes());
    }
  }

  /** Hands a request to the leader. */
  @Override
  <T> CompletionStage<T> submit(Function<Transaction, T> request) {
    if (closed) {
      return CompletableFuture.failedFuture(new UnavailableException("the swarm is closed"));
    }
    return super.submit(request);
  }

  @Override
  Manager leader() {
    for (Member member : members) {
      if (member.manager.isLeading()) {
        return member.manager;
      }
    }
    return members.get(0).manager; // refuses by itself, with the reason, if nobody leads
  }

  /** Some node may do, and then it is a matter of placement. */
  @Override
  List<Fault> unanswerable(State state, ContainerSpec spec) {
    List<List<Fault>> byNode =
        localNodes.values().stream()
            .sorted(Comparator.comparing(node -> node.options.name()))
            .map(node -> node.runtime.unanswerable(spec))
            .toList();
    return byNode.stream().anyMatch(List::isEmpty)
        ? List.of()
        : byNode.stream().findFirst().orElse(List.of());
  }

  /** The newest committed state. */
  @Override
  public View view() {
    return members.isEmpty() ? View.EMPTY : super.view();
  }

  /** Completes once what is committed now is in force in the data plane, too. */
  @Override
  CompletionStage<@Nullable Void> networkInForce() {
    UserSpacePlane present = plane;
    return present == null
        ? nodeNetworks.inForce(view().revision())
        : present.inForce(view().revision());
  }

  @Override
  NetworkSurroundings surroundings() {
    return surroundings;
  }

  @Override
  CompletionStage<List<Diagnosis>> diagnose(boolean repair) {
    UserSpacePlane present = plane;
    return present == null
        ? nodeNetworks.diagnose(repair, view().revision())
        : present.diagnose(repair).thenApply(List::of);
  }

  /** Takes a node of this JVM away, as a power cut would; returns whether there was one. */
  @Override
  boolean haltNode(NodeId id) {
    LocalNode node = localNodes.remove(id);
    if (node == null) {
      return false;
    }
    node.agent.halt();
    nodeNetworks.forget(node.options);
    return true;
  }

  @Override
  Loop watchLoop() {
    return watchLoop;
  }

  /** Addresses at which published ports answer, by host name. */
  @Override
  public Map<String, String> nodeAddresses() {
    Map<String, String> byName = new TreeMap<>();
    View view = view();
    localNodes.forEach(
        (id, node) -> {
          if (view.node(id) != null) {
            byName.put(node.options.name(), node.address);
          }
        });
    return new LinkedHashMap<>(byName);
  }

  @Override
  public Map<String, InetSocketAddress> nameServers() {
    Map<String, InetSocketAddress> byName = new TreeMap<>();
    UserSpacePlane present = plane;
    if (present != null) {
      View view = view();
      present
          .nameServers()
          .forEach(
              (id, address) -> {
                Network network = view.network(id);
                if (network != null) {
                  byName.put(network.name(), address);
                }
              });
    }
    return byName;
  }

  @Override
  public List<PortProblem> portProblems() {
    return plane == null ? nodeNetworks.portProblems() : plane.problems();
  }

  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    localNodes.values().forEach(Host::closeQuietly);
    localNodes.clear();
    while (!resources.isEmpty()) {
      closeQuietly(resources.pop());
    }
  }

  /** Leads the nodes of this JVM to whichever manager leads now. */
  private final class LeaderOfThisJvm implements Managers {
    @Override
    public Link connect(Consumer<ToNode> receiver, Runnable onClose) {
      return new LocalManagers(leader().dispatcher()).connect(receiver, onClose);
    }
  }
}
