package io.swarm4j;

import io.swarm4j.model.Fault;
import io.swarm4j.model.NetworkSpec;
import io.swarm4j.model.NodeId;
import io.swarm4j.model.Subnet;
import io.swarm4j.network.dataplane.Difference;
import io.swarm4j.store.ChangeFeed;
import io.swarm4j.store.View;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * A node's own data plane, which comes with its runtime: the node's tasks then have addresses on
 * networks that span machines, not on the loopback network of this one.
 */
public interface NodeNetwork {

  /** The node's address, at which other nodes and the clients of published ports reach it. */
  String address();

  /** What a network asks for and this data plane cannot do, with the reason. Does not block. */
  default List<Fault> unsupported(NetworkSpec spec) {
    return List.of();
  }

  /** Subnets to which the node's host has routes, and that no network may overlap. May block. */
  default List<Subnet> hostRoutes() {
    return List.of();
  }

  /**
   * Begins to follow the swarm's state; called once, before the node gets tasks.
   *
   * @param node the node
   * @param states the newest state
   * @param feed tells of each change
   */
  void begin(NodeId node, Supplier<View> states, ChangeFeed feed);

  /**
   * Compares what is there with what shall be.
   *
   * @param repair whether to put that in place
   * @return what differs, or differed
   */
  CompletionStage<List<Difference>> diagnose(boolean repair);

  /** Published ports that are not open on this node. */
  default List<PortProblem> portProblems() {
    return List.of();
  }

  /** The revision of the state that is in force. */
  long appliedRevision();

  /** Completes once a revision of the state is in force in the data plane. */
  CompletionStage<Void> inForce(long revision);
}
