package io.swarm4j.node;

import io.swarm4j.agent.jvm.JvmImages;
import io.swarm4j.model.ClusterSpec;
import io.swarm4j.model.Node.NodeRole;
import io.swarm4j.model.Node.NodeState;
import io.swarm4j.model.NodeId;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.TaskState;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.atomic.AtomicInteger;

/** Nodes of this JVM that talk over real TLS connections on loopback; closed together. */
final class TestNodes implements AutoCloseable {
  static final Duration LIMIT = Duration.ofSeconds(60);
  static final ClusterSpec FAST = ClusterSpec.DEFAULT.withHeartbeatPeriod(Duration.ofMillis(500));
  static final JvmImages IMAGES =
      JvmImages.builder()
          .image(
              "idle",
              task -> {
                task.out().println("here is " + task.name());
                task.awaitStop();
              })
          .build();

  private final Path root;
  private final ArrayDeque<AutoCloseable> open = new ArrayDeque<>();
  private final AtomicInteger count = new AtomicInteger();

  TestNodes(Path root) {
    this.root = root;
  }

  /** The builder of a node with a directory of its own. */
  SwarmNodeBuilder builder(String name) {
    return builder(root.resolve(name), name);
  }

  /** The builder of a node that keeps its state in a directory. */
  static SwarmNodeBuilder builder(Path directory, String name) {
    return SwarmNode.builder(directory)
        .hostname(name)
        .listen("127.0.0.1:0")
        .cluster(FAST)
        .images(IMAGES);
  }

  /** A node that is in no swarm yet, unless its directory says otherwise. */
  SwarmNode start(String name) {
    return own(builder(name).start());
  }

  <T extends AutoCloseable> T own(T resource) {
    open.push(resource);
    return resource;
  }

  /** A first manager. */
  SwarmNode manager() {
    SwarmNode node = start("m" + count.incrementAndGet());
    node.init();
    return node;
  }

  /** A further manager that has joined by way of {@code first}, and is ready. */
  SwarmNode manager(SwarmNode first, String name) {
    SwarmNode node = start(name);
    node.join(first.joinToken(NodeRole.MANAGER), first.address(), NodeRole.MANAGER);
    awaitState(first, node.id(), NodeState.READY);
    return node;
  }

  /** A worker that has joined by way of {@code manager}, and is ready. */
  SwarmNode worker(SwarmNode manager, String name) {
    SwarmNode node = start(name);
    node.join(manager.joinToken(NodeRole.WORKER), manager.address());
    awaitState(manager, node.id(), NodeState.READY);
    return node;
  }

  static void awaitState(SwarmNode manager, NodeId id, NodeState state) {
    boolean there =
        manager
            .swarm()
            .await(view -> view.node(id) != null && view.node(id).status().state() == state, LIMIT);
    if (!there) {
      throw new AssertionError(
          id + " did not become " + state + ": " + manager.swarm().view().nodes());
    }
  }

  static ServiceSpec idle(String name, int replicas) {
    return ServiceSpec.of(name, "idle").withReplicas(replicas);
  }

  static long running(SwarmNode manager, String service) {
    return manager.swarm().services().tasks(service).stream()
        .filter(task -> task.isDesiredAlive() && task.state() == TaskState.RUNNING)
        .count();
  }

  @Override
  public void close() {
    while (!open.isEmpty()) {
      Closing.quietly(open.pop());
    }
  }
}
