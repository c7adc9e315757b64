package io.swarm4j.model;

import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One attempt to fill a slot of a service; used once, never restarted.
 *
 * <p>It refers to its spec by service and version and carries no copy of it.
 *
 * @param id its identity
 * @param meta version and times
 * @param serviceId the service it belongs to
 * @param specVersion which of the service's specs it runs
 * @param slot the place it takes
 * @param nodeId where it runs; null until it is assigned
 * @param desiredState how far it shall come; written by managers only, never decreases
 * @param status how far it has come
 * @param attachments its addresses
 * @param assigned named or counted generic resources that it was given
 * @param iteration of a job, the run that it belongs to; 0 otherwise
 * @param generation revision of the store at which it was made: higher than that of every task that
 *     ran in its slot before, and so a fencing token
 */
@RecordBuilder
public record Task(
    TaskId id,
    Meta meta,
    ServiceId serviceId,
    long specVersion,
    SlotKey slot,
    @Nullable NodeId nodeId,
    TaskState desiredState,
    TaskStatus status,
    List<Attachment> attachments,
    List<GenericResource> assigned,
    int iteration,
    long generation)
    implements StoreObject, TaskBuilder.With {

  public Task {
    meta = Copies.or(meta, Meta.NEW);
    attachments = Copies.list(attachments);
    assigned = Copies.list(assigned);
  }

  @Override
  public Task withMeta(Meta newMeta) {
    return new Task(
        id,
        newMeta,
        serviceId,
        specVersion,
        slot,
        nodeId,
        desiredState,
        status,
        attachments,
        assigned,
        iteration,
        generation);
  }

  /** How far it has come. */
  public TaskState state() {
    return status.state();
  }

  /** Whether a manager wants it to run now or soon. */
  public boolean isDesiredAlive() {
    return !desiredState.isAfter(TaskState.COMPLETE);
  }

  /**
   * Where it is reached for one of its attachments: there, or at the address that its node gave for
   * all of them.
   */
  public Ip reachedAt(Attachment attachment) {
    TaskStatus.ContainerStatus container = status.container();
    Ip own = container == null ? null : container.address();
    return own == null ? attachment.address() : own;
  }

  /** Whether it may still hold resources of its node: it was assigned and no end was reported. */
  public boolean holdsNode() {
    return nodeId != null && !state().isTerminal();
  }
}
