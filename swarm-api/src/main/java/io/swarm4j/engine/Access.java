package io.swarm4j.engine;

import io.swarm4j.Swarm;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Lets requests through to the swarm, or says why not.
 *
 * @param seat the node that is asked
 * @param strict whether a node that is not a manager refuses, as the reference does, what it could
 *     have a manager do
 * @param engine the node's container engine, which answers what is not the swarm's; null if there
 *     is none
 * @param containers finds the containers of tasks by their ids
 */
record Access(
    NodeSeat seat,
    boolean strict,
    @Nullable LocalEngine engine,
    PerSwarm<ContainerIndex> containers) {

  /** The swarm, for what managers do. */
  Swarm swarm() {
    Swarm swarm = member();
    if (strict && !seat.isManager()) {
      throw workersCanNot();
    }
    return swarm;
  }

  /** The swarm, for what every member does. */
  Swarm member() {
    return member(seat);
  }

  /** The swarm of a node. */
  static Swarm member(NodeSeat seat) {
    Swarm swarm = seat.swarm();
    NodeSeat.Standing standing = seat.standing();
    if (standing == NodeSeat.Standing.LOCKED) {
      throw new ApiException(
          503,
          "Swarm is encrypted and needs to be unlocked before it can be used. Please use \"docker"
              + " swarm unlock\" to unlock it.");
    }
    if (swarm == null && standing == NodeSeat.Standing.ACTIVE) {
      throw workersCanNot(); // a worker that has no way to the state
    }
    if (swarm == null || standing == NodeSeat.Standing.INACTIVE) {
      throw new ApiException(
          503,
          "This node is not a swarm manager. Use \"docker swarm init\" or \"docker swarm join\" to"
              + " connect this node to swarm and try again.");
    }
    return swarm;
  }

  private static ApiException workersCanNot() {
    return new ApiException(
        503,
        "This node is not a swarm manager. Worker nodes can't be used to view or modify cluster"
            + " state. Please run this command on a manager node or promote the current node to a"
            + " manager.");
  }

  /** The newest version of the Engine API that all who answer know, once they have been asked. */
  CompletionStage<ApiVersion> newest() {
    return engine == null ? CompletableFuture.completedFuture(ApiVersion.NEWEST) : engine.newest();
  }

  /** The same, as far as it is known by now. */
  ApiVersion newestHeard() {
    return engine == null ? ApiVersion.NEWEST : engine.newestHeard();
  }

  boolean isManager() {
    return seat.isManager();
  }
}
