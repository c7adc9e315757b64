package io.swarm4j;

import io.swarm4j.model.Node;
import io.swarm4j.model.Node.Availability;
import io.swarm4j.model.NodeSpec;
import io.swarm4j.model.Task;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.UnaryOperator;

/** The nodes of a swarm, named by id, host name or unique id prefix. Thread-safe. */
public interface Nodes {

  /** Starts one more node in this JVM and lets it join. */
  Node join(NodeOptions options);

  /** Twin of {@link #join}. */
  CompletionStage<Node> joinAsync(NodeOptions options);

  /**
   * Stops a node of this JVM as a power cut would: its tasks end, it says nothing more. It stays
   * listed, soon as down.
   */
  void halt(String node);

  /** Changes what operators want of a node. */
  Node update(String node, UnaryOperator<NodeSpec> change);

  /** Twin of {@link #update(String, UnaryOperator)}. */
  CompletionStage<Node> updateAsync(String node, UnaryOperator<NodeSpec> change);

  /**
   * Replaces what operators want of a node, if it is still at the version that the caller has seen.
   *
   * @param version {@code node.meta().version()} of what was read
   */
  Node update(String node, long version, NodeSpec spec);

  /** Twin of {@link #update(String, long, NodeSpec)}. */
  CompletionStage<Node> updateAsync(String node, long version, NodeSpec spec);

  /** Sets whether a node may run tasks. */
  default Node availability(String node, Availability availability) {
    return update(node, spec -> spec.withAvailability(availability));
  }

  /**
   * Removes a node from the list.
   *
   * @param force also if it is ready; a node of this JVM is stopped then
   */
  void remove(String node, boolean force);

  /** Twin of {@link #remove}. */
  CompletionStage<Void> removeAsync(String node, boolean force);

  /** One node. */
  Node get(String node);

  /** All nodes, by host name. */
  List<Node> list();

  /** The tasks of a node, newest first. */
  List<Task> tasks(String node);
}
