package io.swarm4j.engine;

import io.swarm4j.Swarm;
import io.swarm4j.model.ClusterId;
import io.swarm4j.model.SwarmException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What an endpoint keeps for the swarm that its node is in; made anew when the node has changed to
 * another. Thread-safe.
 */
final class PerSwarm<T extends AutoCloseable> implements AutoCloseable {
  private final NodeSeat seat;
  private final Function<Swarm, T> maker;
  private @Nullable ClusterId of;
  private @Nullable T present;

  PerSwarm(NodeSeat seat, Function<Swarm, T> maker) {
    this.seat = seat;
    this.maker = maker;
  }

  /**
   * The one for the node's present swarm.
   *
   * @throws ApiException if it is in none, or can not read it
   */
  synchronized T get() {
    Swarm swarm = Access.member(seat);
    ClusterId now = swarm.view().cluster().id();
    T known = present;
    if (known == null || !now.equals(of)) {
      close();
      known = maker.apply(swarm);
      present = known;
      of = now;
    }
    return known;
  }

  /** Makes it at once, if the node is in a swarm already. */
  void prepare() {
    if (seat.swarm() != null) {
      get();
    }
  }

  @Override
  public synchronized void close() {
    T known = present;
    present = null;
    if (known != null) {
      try {
        known.close();
      } catch (Exception failed) {
        throw new SwarmException("a watch on the swarm could not be ended", failed);
      }
    }
  }
}
