package io.swarm4j.model;

import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A member of the swarm.
 *
 * @param id its identity
 * @param meta version and times
 * @param spec what operators want of it
 * @param description what it said of itself; {@link NodeDescription#UNKNOWN} before its first
 *     session
 * @param status whether it is in reach, and why not
 * @param role the role it has now, which may lag behind the one wanted
 * @param manager its standing among the managers; null for workers
 * @param attachments its own addresses on the networks that its tasks use, where the data plane
 *     needs such
 */
@RecordBuilder
public record Node(
    NodeId id,
    Meta meta,
    NodeSpec spec,
    NodeDescription description,
    NodeStatus status,
    NodeRole role,
    @Nullable ManagerStatus manager,
    List<Attachment> attachments)
    implements StoreObject, NodeBuilder.With {

  public Node {
    meta = Copies.or(meta, Meta.NEW);
    description = Copies.or(description, NodeDescription.UNKNOWN);
    role = Copies.or(role, spec.role());
    attachments = Copies.list(attachments);
  }

  /** The same with another standing among the managers, or none. */
  @Override
  public Node withManager(@Nullable ManagerStatus standing) {
    return new Node(id, meta, spec, description, status, role, standing, attachments);
  }

  /** A node without addresses of its own on networks. */
  public Node(
      NodeId id,
      Meta meta,
      NodeSpec spec,
      NodeDescription description,
      NodeStatus status,
      NodeRole role,
      @Nullable ManagerStatus manager) {
    this(id, meta, spec, description, status, role, manager, List.of());
  }

  @Override
  public Node withMeta(Meta newMeta) {
    return new Node(id, newMeta, spec, description, status, role, manager, attachments);
  }

  /** Host name, or the id while it has not said its name. */
  public String hostname() {
    return description.hostname().isEmpty() ? id.toString() : description.hostname();
  }

  /** Why it is out of reach or, if it is in reach, what troubles it; empty if all is well. */
  public String trouble() {
    return status.state() == NodeState.READY
        ? Stream.of(StuckRemoval.summary(description.stuckRemovals()), description.trouble())
            .filter(text -> !text.isEmpty())
            .collect(Collectors.joining("; "))
        : status.message();
  }

  /** Whether it may get new tasks: in reach and active. */
  public boolean isSchedulable() {
    return status.state() == NodeState.READY && spec.availability() == Availability.ACTIVE;
  }

  /** Whether its tasks must go elsewhere: lost or drained. */
  public boolean mustBeEmpty() {
    return status.state() == NodeState.DOWN || spec.availability() == Availability.DRAIN;
  }

  /** Roles of nodes. */
  public enum NodeRole {
    WORKER,
    MANAGER
  }

  /** What operators allow on a node. */
  public enum Availability {
    ACTIVE,
    PAUSE,
    DRAIN
  }

  /** Whether a node is in reach. */
  public enum NodeState {
    UNKNOWN,
    DOWN,
    READY,
    DISCONNECTED
  }

  /**
   * A manager's standing.
   *
   * @param leader whether it leads
   * @param reachable whether the leader can reach it
   * @param address where nodes find it, {@code host:port}
   * @param raft where other managers find its copy of the log; empty where that needs no address
   */
  public record ManagerStatus(boolean leader, boolean reachable, String address, String raft) {

    public ManagerStatus {
      raft = Copies.or(raft, "");
    }

    /** A manager whose log needs no address. */
    public ManagerStatus(boolean leader, boolean reachable, String address) {
      this(leader, reachable, address, "");
    }
  }
}
