package io.swarm4j.store;

import io.swarm4j.model.Id;
import io.swarm4j.model.StoreObject;
import java.time.Instant;
import java.util.List;

/**
 * One transaction as it stands in the log: what each changed object became.
 *
 * @param term the leader's term; an entry of an older term than the newest seen is refused by every
 *     replica alike
 * @param revision the revision that it leads to; fits only a state whose revision is one less
 * @param at when the leader made it
 * @param puts objects that were created or replaced, as stored
 * @param deletes objects that were deleted
 * @param requests numbers of requests of other managers that are part of it: how these learn that a
 *     request was carried out, whatever becomes of the answer
 */
public record LogEntry(
    long term,
    long revision,
    Instant at,
    List<StoreObject> puts,
    List<Id> deletes,
    List<Long> requests) {

  public LogEntry {
    requests = requests == null ? List.of() : requests;
  }

  /** A transaction of the leader's own. */
  public LogEntry(long term, long revision, Instant at, List<StoreObject> puts, List<Id> deletes) {
    this(term, revision, at, puts, deletes, List.of());
  }

  /** How many objects it changes. */
  public int size() {
    return puts.size() + deletes.size();
  }
}
