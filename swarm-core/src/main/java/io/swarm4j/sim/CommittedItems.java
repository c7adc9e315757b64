package io.swarm4j.sim;

import io.swarm4j.store.LogEntry;
import io.swarm4j.store.View;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is committed, in order, from the last snapshot on, and how replicas come to have it. */
final class CommittedItems {
  /** Entries between two snapshots; a replica that is further behind gets the snapshot. */
  private static final int SNAPSHOT_INTERVAL = 1_024;

  private final List<Item> items = new ArrayList<>();
  private long first; // number of the first entry that is kept
  private Snapshot snapshot = Snapshot.NONE;
  private Snapshot nextSnapshot = Snapshot.NONE;
  private long nextFirst;

  /** What stands in the log: an entry or, where there is none, the beginning of a term. */
  private record Item(long term, @Nullable LogEntry entry) {}

  private record Snapshot(View state, long term) {
    static final Snapshot NONE = new Snapshot(View.EMPTY, 0);
  }

  void add(long term, LogEntry entry) {
    items.add(new Item(term, entry));
  }

  void beginTerm(long term) {
    items.add(new Item(term, null));
  }

  /** Number of the next item. */
  long end() {
    return first + items.size();
  }

  /** Hands a replica the items up to a number that it lacks; on its manager's loop. */
  void deliver(SimulatedLog log, long upTo) {
    Voter voter = log.voter;
    if (voter.log != log || !log.isOpen()) {
      return;
    }
    if (voter.applied < first) {
      log.replica().restore(snapshot.state());
      begin(log, snapshot.term());
      voter.applied = first;
    }
    while (voter.applied < upTo) {
      Item item = items.get((int) (voter.applied++ - first));
      if (item.entry() == null) {
        begin(log, item.term());
      } else {
        log.replica().committed(item.entry());
      }
    }
  }

  private static void begin(SimulatedLog log, long term) {
    log.voter.term = term;
    log.replica().termBegan(term);
  }

  /** Forgets old items once a replica that has all of them, the leader's, is far enough. */
  void compact(SimulatedLog log) {
    if (log.voter.applied == end() && log.voter.applied - nextFirst > SNAPSHOT_INTERVAL) {
      items.subList(0, (int) (nextFirst - first)).clear();
      first = nextFirst;
      snapshot = nextSnapshot;
      nextFirst = log.voter.applied;
      nextSnapshot = new Snapshot(log.replica().state(), log.voter.term);
    }
  }
}
