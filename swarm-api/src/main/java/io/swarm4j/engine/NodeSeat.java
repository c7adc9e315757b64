package io.swarm4j.engine;

import io.swarm4j.Swarm;
import io.swarm4j.engine.json.ClusterJson;
import io.swarm4j.model.ClusterSpec;
import io.swarm4j.model.Node;
import io.swarm4j.node.EntryOptions;
import io.swarm4j.node.SwarmNode;
import io.swarm4j.time.Time;
import java.util.List;
import java.util.Set;
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
   * Checks that settings can hold and secrets be replaced; changes nothing.
   *
   * @param settings those that hold by then
   * @throws io.swarm4j.model.SwarmException if not
   */
  default void check(Rotation wanted, ClusterSpec settings) {
    if (settings.autoLock()) {
      throw new ApiException(
          400,
          "EncryptionConfig.AutoLockManagers: the managers of an embedded swarm start and end with"
              + " their program, and are not locked");
    } else if (!wanted.tokens().isEmpty()) {
      throw new ApiException(501, "the nodes of an embedded swarm need no tokens");
    } else if (wanted.unlockKey()) {
      throw new ApiException(501, "the managers of an embedded swarm are not locked");
    } else if (wanted.root() != null) {
      throw new ApiException(501, "the nodes of an embedded swarm need no certificates");
    }
  }

  /** Replaces secrets of the swarm, which {@link #check} has let pass. */
  default void rotate(Rotation wanted) {}

  /**
   * Which secrets of a swarm are to be replaced.
   *
   * @param tokens of which roles the join tokens are
   * @param unlockKey whether the unlock key is
   * @param root the root certificate to change to; null to keep the present one
   */
  record Rotation(
      Set<Node.NodeRole> tokens, boolean unlockKey, ClusterJson.@Nullable NewRoot root) {}

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
