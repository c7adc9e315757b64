package io.swarm4j.testing;

import io.swarm4j.store.Log;
import io.swarm4j.store.LogEntry;
import io.swarm4j.store.State;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The log of a single manager that leads only while the test lets it. */
public final class LeadershipLog implements Log {
  private Replica replica;
  private long term;

  @Override
  public void open(Replica newReplica) {
    replica = newReplica;
    gain();
  }

  /** The manager leads from now on. */
  public void gain() {
    replica.leadershipGained(++term);
  }

  /** Nobody leads any more. */
  public void lose() {
    replica.leadershipLost();
  }

  @Override
  public CompletionStage<Void> propose(LogEntry entry) {
    replica.committed(entry);
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public int fullEntrySize(State head) {
    return 4096;
  }

  @Override
  public void close() {
    lose();
  }
}
