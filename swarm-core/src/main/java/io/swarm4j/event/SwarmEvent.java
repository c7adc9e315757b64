package io.swarm4j.event;

import io.swarm4j.model.Node;
import io.swarm4j.model.Service;
import io.swarm4j.model.StoreObject;
import io.swarm4j.model.Task;
import io.swarm4j.store.Change;
import io.swarm4j.store.Commit;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Something that happened, once it is committed.
 *
 * <p>Events follow from committed changes and nothing else, so that whoever watches from a revision
 * sees the same ones.
 */
public sealed interface SwarmEvent {

  /** Revision of the commit that it belongs to. */
  long revision();

  /** When the leader made that commit. */
  Instant at();

  /** A task was made. */
  record TaskCreated(long revision, Instant at, Task task) implements SwarmEvent {}

  /** A task's state, desired state, node or reason is another than before. */
  record TaskChanged(long revision, Instant at, Task before, Task after) implements SwarmEvent {

    /** Whether it is the state that has changed. */
    public boolean isTransition() {
      return before.state() != after.state();
    }
  }

  /** A task was forgotten. */
  record TaskDeleted(long revision, Instant at, Task task) implements SwarmEvent {}

  /** A service was made. */
  record ServiceCreated(long revision, Instant at, Service service) implements SwarmEvent {}

  /** A service's spec, addresses or roll-out is another than before. */
  record ServiceChanged(long revision, Instant at, Service before, Service after)
      implements SwarmEvent {}

  /** A service was removed; its tasks are about to end. */
  record ServiceRemoved(long revision, Instant at, Service service) implements SwarmEvent {}

  /** A node joined. */
  record NodeJoined(long revision, Instant at, Node node) implements SwarmEvent {}

  /** A node's status, availability, role or labels are other than before. */
  record NodeChanged(long revision, Instant at, Node before, Node after) implements SwarmEvent {}

  /** A node was removed from the list. */
  record NodeRemoved(long revision, Instant at, Node node) implements SwarmEvent {}

  /**
   * Any other object was made, changed or deleted; exactly one of the two is null for the first and
   * last.
   */
  record ObjectChanged(
      long revision, Instant at, @Nullable StoreObject before, @Nullable StoreObject after)
      implements SwarmEvent {}

  /** What a change of a commit means. */
  static SwarmEvent of(Commit commit, Change change) {
    long revision = commit.revision();
    Instant at = commit.at();
    StoreObject before = change.before();
    StoreObject after = change.after();
    if (change.latest() instanceof Task task) {
      if (before instanceof Task old && after != null) {
        return new TaskChanged(revision, at, old, task);
      }
      return after == null
          ? new TaskDeleted(revision, at, task)
          : new TaskCreated(revision, at, task);
    } else if (change.latest() instanceof Service service) {
      boolean wasThere = before instanceof Service old && !old.isRemoved();
      if (before == null) {
        return new ServiceCreated(revision, at, service);
      } else if (wasThere && (after == null || service.isRemoved())) {
        return new ServiceRemoved(revision, at, service);
      }
      return new ServiceChanged(revision, at, (Service) before, service);
    } else if (change.latest() instanceof Node node) {
      if (before instanceof Node old && after != null) {
        return new NodeChanged(revision, at, old, node);
      }
      return after == null
          ? new NodeRemoved(revision, at, node)
          : new NodeJoined(revision, at, node);
    }
    return new ObjectChanged(revision, at, before, after);
  }
}
