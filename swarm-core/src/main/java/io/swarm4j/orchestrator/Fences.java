package io.swarm4j.orchestrator;

import io.swarm4j.model.Cluster;
import io.swarm4j.model.DisconnectPolicy.Fence;
import io.swarm4j.model.Node;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.store.Transaction;
import java.time.Duration;
import java.time.Instant;

/** By when a node that is out of reach must have ended its fenced tasks. */
final class Fences {
  /** Heartbeat periods after which a node acts on its silence, with their jitter, and one more. */
  private static final int BEATS = 3;

  private Fences() {}

  /** The time from which a task on a node that is down does not run any more. */
  static Instant end(Transaction tx, ServiceSpec spec, Fence fence, Node down) {
    Cluster cluster = tx.cluster();
    Duration grace = spec.task().container().effectiveStopGrace();
    Instant end =
        down.status()
            .since()
            .plus(fence.after())
            .plus(cluster.spec().heartbeatPeriod())
            .plus(grace);
    Instant longer = cluster.longerBeatsUntil();
    return longer != null && longer.plus(grace).isAfter(end) ? longer.plus(grace) : end;
  }

  /**
   * Takes note of a shorter heartbeat period: a node that does not hear of it waits for its next
   * answer as long as before.
   */
  static void clusterChanged(Cluster before, Cluster after, Transaction tx) {
    Duration former = before.spec().heartbeatPeriod();
    if (after.spec().heartbeatPeriod().compareTo(former) < 0) {
      Cluster present = tx.cluster();
      Instant until = tx.now().plus(former.multipliedBy(BEATS));
      Instant known = present.longerBeatsUntil();
      if (known == null || known.isBefore(until)) {
        tx.put(present.withLongerBeatsUntil(until));
      }
    }
  }
}
