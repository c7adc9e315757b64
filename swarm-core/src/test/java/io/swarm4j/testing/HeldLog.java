package io.swarm4j.testing;

import io.swarm4j.model.UnavailableException;
import io.swarm4j.store.Log;
import io.swarm4j.store.LogEntry;
import io.swarm4j.store.State;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A log of one manager that commits when the test says so, and in which leadership comes and goes.
 *
 * <p>For use on one thread.
 */
public final class HeldLog implements Log {
  private final int fullEntrySize;
  private final ArrayDeque<Proposal> waiting = new ArrayDeque<>();
  private @Nullable Replica replica;
  private long term;
  private boolean leading;
  private boolean held;
  private final List<LogEntry> committed = new ArrayList<>();

  private record Proposal(LogEntry entry, CompletableFuture<@Nullable Void> done) {}

  /** Makes a log that leads as soon as it is open and commits at once until it is held. */
  public HeldLog(int fullEntrySize) {
    this.fullEntrySize = fullEntrySize;
  }

  @Override
  public void open(Replica newReplica) {
    replica = newReplica;
    gainLeadership();
  }

  /** Lets this manager lead, in a new term. */
  public void gainLeadership() {
    leading = true;
    replica().leadershipGained(++term);
  }

  /** Takes leadership away; what waits is never committed. */
  public void loseLeadership() {
    leading = false;
    replica().leadershipLost();
    List<Proposal> lost = List.copyOf(waiting);
    waiting.clear();
    lost.forEach(
        proposal -> proposal.done.completeExceptionally(new UnavailableException("not committed")));
  }

  /** Commits no more for the time being. */
  public void hold() {
    held = true;
  }

  /** Commits what waits, and from now on everything at once. */
  public void release() {
    held = false;
    commitAll();
  }

  /** How many proposals wait. */
  public int waiting() {
    return waiting.size();
  }

  /** What was committed so far. */
  public List<LogEntry> committed() {
    return List.copyOf(committed);
  }

  @Override
  public CompletionStage<Void> propose(LogEntry entry) {
    if (!leading || entry.term() != term) {
      return CompletableFuture.failedFuture(
          new UnavailableException("does not lead in term " + entry.term()));
    }
    CompletableFuture<@Nullable Void> done = new CompletableFuture<>();
    waiting.add(new Proposal(entry, done));
    if (!held) {
      commitAll();
    }
    return done;
  }

  private void commitAll() {
    while (!waiting.isEmpty()) {
      Proposal next = waiting.remove();
      committed.add(next.entry);
      replica().committed(next.entry);
      next.done.complete(null);
    }
  }

  private Replica replica() {
    return Objects.requireNonNull(replica, "the log is not open yet");
  }

  @Override
  public int fullEntrySize(State head) {
    return fullEntrySize;
  }

  @Override
  public void close() {
    if (leading && replica != null) {
      loseLeadership();
    }
  }
}
