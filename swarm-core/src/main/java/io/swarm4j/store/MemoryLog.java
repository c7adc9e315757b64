package io.swarm4j.store;

import io.swarm4j.model.UnavailableException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * A log that keeps nothing: entries commit at once, on the caller's thread, and reach all managers
 * of the same JVM.
 *
 * <p>The first manager leads for as long as it is open; then the next one does.
 */
public final class MemoryLog implements Log {
  private static final int FULL_ENTRY = 4096;

  /**
   * A transaction copies a path of the table for each object that it changes; in a large table only
   * a large transaction has paths that share much.
   */
  private static final int TASKS_PER_CHANGE = 32;

  private final Group group;
  private volatile @Nullable Replica replica;

  private MemoryLog(Group group) {
    this.group = group;
  }

  /** The log of a single manager. */
  public static MemoryLog single() {
    return group(1).get(0);
  }

  /** The log of a single manager that goes on from {@code state}. */
  public static MemoryLog startingAt(View state) {
    Group group = new Group();
    group.start = state;
    return new MemoryLog(group);
  }

  /** The logs of managers that share one state; the first leads. */
  public static List<MemoryLog> group(int managers) {
    Group group = new Group();
    List<MemoryLog> logs = new ArrayList<>();
    for (int i = 0; i < managers; i++) {
      logs.add(new MemoryLog(group));
    }
    return logs;
  }

  @Override
  public void open(Replica newReplica) {
    replica = newReplica;
    synchronized (group) {
      group.members.add(this);
      Replica leading = group.leading == null ? null : group.leading.replica;
      if (leading != null) {
        newReplica.restore(leading.state());
        newReplica.termBegan(group.term);
      } else {
        group.leading = this;
        newReplica.restore(group.start);
        newReplica.leadershipGained(++group.term);
      }
    }
  }

  @Override
  public CompletionStage<Void> propose(LogEntry entry) {
    synchronized (group) { // a manager that joins gets each entry once: in its snapshot or after it
      if (group.leading != this || entry.term() != group.term) {
        return CompletableFuture.failedFuture(
            new UnavailableException("this manager does not lead in term " + entry.term()));
      }
      for (MemoryLog member : group.members) {
        Replica target = member.replica;
        if (target != null) {
          target.committed(entry);
        }
      }
      return CompletableFuture.completedFuture(null);
    }
  }

  @Override
  public int fullEntrySize(State head) {
    return Math.max(FULL_ENTRY, head.taskCount() / TASKS_PER_CHANGE);
  }

  @Override
  public void close() {
    synchronized (group) {
      if (group.members.remove(this) && group.leading == this) {
        Replica old = replica;
        if (old != null) {
          old.leadershipLost();
        }
        group.leading = group.members.isEmpty() ? null : group.members.get(0);
        Replica next = group.leading == null ? null : group.leading.replica;
        if (next != null) {
          group.beginTerm();
          next.leadershipGained(group.term);
        }
      }
    }
  }

  private static final class Group {
    private final CopyOnWriteArrayList<MemoryLog> members = new CopyOnWriteArrayList<>();
    private View start = View.EMPTY;
    private @Nullable MemoryLog leading;
    private long term;

    private void beginTerm() {
      term++;
      for (MemoryLog member : members) {
        Replica follower = member.replica;
        if (follower != null) {
          follower.termBegan(term);
        }
      }
    }
  }
}
