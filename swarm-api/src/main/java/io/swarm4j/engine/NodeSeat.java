package io.swarm4j.engine;

import io.swarm4j.Swarm;
import io.swarm4j.model.ClusterSpec;
import io.swarm4j.model.Node;
import io.swarm4j.node.EntryOptions;
import io.swarm4j.node.NewSecrets;
import io.swarm4j.node.SwarmNode;
import io.swarm4j.time.Time;
import java.util.List;
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

  /** The node's id in its swarm; empty if it is in none. */
  default String nodeId() {
    Node present = self();
    return present == null ? "" : present.id().toString();
  }

  /** Whether it is a manager of its swarm. */
  default boolean isManager() {
    Node present = self();
    return present != null && present.role() == Node.NodeRole.MANAGER;
  }

  /**
   * Begins a swarm with this node as its first manager.
   *
   * @return the node's id
   * @throws io.swarm4j.model.SwarmException if it is in one
   */
  default String init(EntryOptions options, ClusterSpec settings) {
    throw alreadyAMember();
  }

  /**
   * Joins a swarm.
   *
   * @param managers addresses of managers, any of which will do
   * @throws io.swarm4j.model.SwarmException if it is in one, or is not let in
   */
  default void join(String token, List<String> managers, EntryOptions options) {
    throw alreadyAMember();
  }

  private static ApiException alreadyAMember() {
    return new ApiException(
        503,
        "This node is already part of a swarm. Use \"docker swarm leave\" to leave this swarm and"
            + " join another one.");
  }

  /**
   * Leaves the swarm.
   *
   * @param force also as a manager
   * @throws io.swarm4j.model.SwarmException if it is in none, or may not leave
   */
  default void leave(boolean force) {
    throw new ApiException(
        501, "a node of an embedded swarm can not leave by itself; remove it from its program");
  }

  /** The token that lets nodes of a role in; empty where nodes need none. */
  default String joinToken(Node.NodeRole role) {
    return "";
  }

  /** What managers that are started again ask for; empty while they ask for nothing. */
  default String unlockKey() {
    return "";
  }

  /**
   * Lets a locked manager go on.
   *
   * @throws io.swarm4j.model.SwarmException if it is not locked, or the key is another one
   */
  default void unlock(String key) {
    throw new ApiException(409, "swarm is not locked");
  }

  /** The settings of a swarm that it would begin, where a client says nothing. */
  default ClusterSpec initialSettings() {
    return ClusterSpec.DEFAULT;
  }

  /**
   * Replaces settings and secrets of the swarm: all of them, or nothing.
   *
   * @param version of the swarm's record, as the client has seen it
   * @throws io.swarm4j.model.SwarmException if they can not hold, or the record is another one
   */
  void update(long version, ClusterSpec settings, NewSecrets secrets);

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

  /** The seat of a node that is a process of its own. */
  static NodeSeat of(SwarmNode node) {
    return new ProcessSeat(node);
  }

  /** The seat of a node of an embedded swarm, which is always part of it. */
  static NodeSeat embedded(Swarm swarm, String hostname) {
    return new EmbeddedSeat(swarm, hostname);
  }
}
