package io.swarm4j.internal;

import io.swarm4j.Diagnosis;
import io.swarm4j.NodeNetwork;
import io.swarm4j.NodeOptions;
import io.swarm4j.PortProblem;
import io.swarm4j.RuntimeFactory;
import io.swarm4j.dispatcher.EndpointGate;
import io.swarm4j.model.Subnet;
import io.swarm4j.model.Task;
import io.swarm4j.network.dataplane.Difference;
import io.swarm4j.time.Loop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The data planes that came with the runtimes of nodes. A task is stopped once all of them have
 * taken its endpoint out, or the time for that is over, and its connections have had theirs to end.
 */
final class NodeNetworks implements EndpointGate {
  private static final Duration WITHDRAWAL_LEASE = Duration.ofSeconds(5);
  private static final Duration DIAGNOSIS_LIMIT = Duration.ofSeconds(20);

  private final EngineOptions options;
  private final Loop loop;
  private final Function<Task, Duration> drain;
  private final Map<String, NodeNetwork> byNode = new ConcurrentHashMap<>();

  /**
   * Of no node yet.
   *
   * @param drain how long the connections of a task that is withdrawn may take to end
   */
  NodeNetworks(EngineOptions options, Loop loop, Function<Task, Duration> drain) {
    this.options = options;
    this.loop = loop;
    this.drain = drain;
  }

  /** Whether the first nodes of the swarm bring their own. */
  static boolean areExpected(EngineOptions options) {
    return options.nodes().stream().anyMatch(node -> find(options, node) != null);
  }

  /** What networks have to fit into at the first nodes. Blocks. */
  static NetworkSurroundings surroundings(EngineOptions options) {
    List<NodeNetwork> planes = new ArrayList<>();
    Set<Subnet> routes = new LinkedHashSet<>();
    for (NodeOptions node : options.nodes()) {
      NodeNetwork plane = find(options, node);
      if (plane != null) {
        planes.add(plane);
        routes.addAll(plane.hostRoutes());
      }
    }
    return new NetworkSurroundings(List.copyOf(routes), List.copyOf(planes));
  }

  private static @Nullable NodeNetwork find(EngineOptions options, NodeOptions node) {
    RuntimeFactory factory = options.runtimeOf().get(node.name());
    RuntimeFactory used = factory == null ? options.runtime() : factory;
    return used == null ? null : used.network();
  }

  /** The one of a node; null if it has none. */
  @Nullable NodeNetwork of(NodeOptions node) {
    NodeNetwork network = find(options, node);
    if (network != null) {
      byNode.put(node.name(), network);
    }
    return network;
  }

  /** A node is no more: nobody waits for its data plane. */
  void forget(NodeOptions node) {
    byNode.remove(node.name());
  }

  /** Published ports that are not open on some node. */
  List<PortProblem> portProblems() {
    return byNode.values().stream().flatMap(plane -> plane.portProblems().stream()).toList();
  }

  boolean isEmpty() {
    return byNode.isEmpty();
  }

  /** Completes once a revision is in force on all nodes, or the time for that is over. */
  CompletionStage<@Nullable Void> inForce(long revision) {
    Collection<NodeNetwork> all = byNode.values();
    CompletableFuture<@Nullable Void> done = new CompletableFuture<>();
    CompletableFuture.allOf(
            all.stream()
                .map(network -> network.inForce(revision).toCompletableFuture())
                .toArray(CompletableFuture[]::new))
        .thenRun(() -> done.complete(null));
    loop.schedule(WITHDRAWAL_LEASE, () -> done.complete(null));
    return done;
  }

  /** One diagnosis per node, by name; a node that does not answer in time says so. */
  CompletionStage<List<Diagnosis>> diagnose(boolean repair, long intended) {
    List<CompletableFuture<Diagnosis>> all = new ArrayList<>();
    new TreeMap<>(byNode)
        .forEach(
            (name, network) -> {
              CompletableFuture<Diagnosis> one =
                  network
                      .diagnose(repair)
                      .handle(
                          (found, failure) ->
                              failure == null
                                  ? diagnosis(name, network, intended, found, "")
                                  : diagnosis(name, network, intended, List.of(), "" + failure))
                      .toCompletableFuture();
              loop.schedule(
                  DIAGNOSIS_LIMIT,
                  () ->
                      one.complete(
                          diagnosis(
                              name,
                              network,
                              intended,
                              List.of(),
                              "no answer within " + DIAGNOSIS_LIMIT)));
              all.add(one);
            });
    return CompletableFuture.allOf(all.toArray(CompletableFuture[]::new))
        .thenApply(done -> all.stream().map(CompletableFuture::join).toList());
  }

  private static Diagnosis diagnosis(
      String name, NodeNetwork network, long intended, List<Difference> found, String failure) {
    return new Diagnosis(name, intended, network.appliedRevision(), found, failure);
  }

  @Override
  public CompletionStage<Void> withdrawn(Task task, long revision) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    inForce(revision).thenRun(() -> loop.schedule(drain.apply(task), () -> done.complete(null)));
    return done;
  }
}
