package io.swarm4j.engine;

import io.swarm4j.Swarm;
import io.swarm4j.model.Node;
import io.swarm4j.time.Time;
import org.jspecify.annotations.Nullable;

/** The node that an endpoint speaks for, and its place in a swarm. Thread-safe. */
public interface NodeSeat {

  /** Name of the node's host. */
  String hostname();

  /** Source of the node's time and threads. */
  Time time();

  /** How the node stands to a swarm. */
  Standing standing();

  /** The swarm that it is a member of; null unless {@link Standing#ACTIVE}. */
  @Nullable Swarm swarm();

  /** Its own record in that swarm; null if there is none. */
  @Nullable Node self();

  /** How a node stands to a swarm. */
  enum Standing {
    /** Not part of one. */
    INACTIVE,
    /** On its way into one. */
    PENDING,
    /** Part of one. */
    ACTIVE,
    /** Part of one whose state it can not read before it is given the unlock key. */
    LOCKED,
    /** Part of one, and not able to take part. */
    ERROR
  }

  /** The seat of a node of an embedded swarm, which is always part of it. */
  static NodeSeat embedded(Swarm swarm, String hostname) {
    return new EmbeddedSeat(swarm, hostname);
  }
}
