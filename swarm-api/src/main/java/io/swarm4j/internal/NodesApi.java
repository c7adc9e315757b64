package io.swarm4j.internal;

import io.swarm4j.NodeOptions;
import io.swarm4j.Nodes;
import io.swarm4j.dispatcher.Orphans;
import io.swarm4j.model.ConflictException;
import io.swarm4j.model.Node;
import io.swarm4j.model.Node.NodeState;
import io.swarm4j.model.NodeId;
import io.swarm4j.model.NodeSpec;
import io.swarm4j.model.NotFoundException;
import io.swarm4j.model.Task;
import io.swarm4j.store.Transaction;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Nodes through the leader, and those of this JVM in person. */
record NodesApi(Host engine) implements Nodes {
  private static final Duration JOIN_LIMIT = Duration.ofSeconds(30);

  @Override
  public Node join(NodeOptions options) {
    return engine.waiting().join(joinAsync(options), JOIN_LIMIT.plusSeconds(5));
  }

  @Override
  public CompletionStage<Node> joinAsync(NodeOptions options) {
    return engine
        .startNode(options)
        .thenCompose(
            id ->
                engine
                    .awaitAsync(
                        view -> {
                          Node node = view.node(id);
                          return node == null || node.status().state() == NodeState.READY;
                        },
                        JOIN_LIMIT)
                    .thenApply(
                        inTime ->
                            Objects.requireNonNull(
                                engine.view().node(id), "the node was removed while it joined")));
  }

  @Override
  public void halt(String node) {
    NodeId id = get(node).id();
    if (!engine.haltNode(id)) {
      throw new NotFoundException("node " + node + " does not run in this JVM");
    }
  }

  @Override
  public Node update(String node, UnaryOperator<NodeSpec> change) {
    return engine.join(updateAsync(node, change));
  }

  @Override
  public CompletionStage<Node> updateAsync(String node, UnaryOperator<NodeSpec> change) {
    return engine.submit(
        tx -> {
          Node present = Lookup.node(tx, node);
          return specify(tx, present, change.apply(present.spec()));
        });
  }

  private Node specify(Transaction tx, Node present, NodeSpec spec) {
    if (present.role() == Node.NodeRole.MANAGER && spec.role() == Node.NodeRole.WORKER) {
      ManagerQuorum.requireWithout(tx, present);
    }
    if (present.spec().role() != spec.role()) {
      engine.requireChangeOfRoles();
    }
    return spec.equals(present.spec()) ? present : tx.put(present.withSpec(spec));
  }

  @Override
  public Node update(String node, long version, NodeSpec spec) {
    return engine.join(updateAsync(node, version, spec));
  }

  @Override
  public CompletionStage<Node> updateAsync(String node, long version, NodeSpec spec) {
    return engine.submit(
        tx -> {
          Node present = Lookup.node(tx, node);
          if (present.meta().version() != version) {
            throw ConflictException.outOfSequence(
                "node", present.hostname(), version, present.meta().version());
          }
          return specify(tx, present, spec);
        });
  }

  @Override
  public void remove(String node, boolean force) {
    engine.join(removeAsync(node, force));
  }

  @Override
  public CompletionStage<@Nullable Void> removeAsync(String node, boolean force) {
    return engine
        .submit(
            tx -> {
              Node present = Lookup.node(tx, node);
              if (present.role() == Node.NodeRole.MANAGER) {
                throw new ConflictException(
                    "node "
                        + present.hostname()
                        + " is a manager of this swarm; it must be demoted to worker before"
                        + " removal");
              }
              if (!force && present.status().state() == NodeState.READY) {
                throw new ConflictException(
                    "node "
                        + present.id()
                        + " is not down and can't be removed; stop it first, or use force");
              }
              Orphans.orphanAll(tx, present.id(), "Task belonged to a node that has been deleted");
              tx.delete(present.id());
              return present.id();
            })
        .thenAcceptAsync(engine::haltNode, engine.watchLoop()); // not on the leader's: it blocks
  }

  @Override
  public Node get(String node) {
    return Lookup.node(engine.view(), node);
  }

  @Override
  public List<Node> list() {
    return engine.view().nodes().stream().sorted(Comparator.comparing(Node::hostname)).toList();
  }

  @Override
  public List<Task> tasks(String node) {
    return engine.view().tasksOn(get(node).id()).stream()
        .sorted(
            Comparator.comparing((Task task) -> task.meta().createdAt())
                .reversed()
                .thenComparing(Task::id))
        .toList();
  }
}
