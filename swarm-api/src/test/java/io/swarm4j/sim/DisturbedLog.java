package io.swarm4j.sim;

import io.swarm4j.store.Log;
import io.swarm4j.store.LogEntry;
import io.swarm4j.store.State;
import io.swarm4j.store.View;
import java.util.concurrent.CompletionStage;

/** A log that gets between another one and its replica. */
abstract class DisturbedLog implements Log {
  private final Log real;

  DisturbedLog(Log real) {
    this.real = real;
  }

  protected void term(Replica replica, long term) {
    replica.termBegan(term);
  }

  protected abstract void entry(Replica replica, LogEntry entry);

  @Override
  public void open(Replica replica) {
    real.open(
        new Replica() {
          @Override
          public void restore(View state) {
            replica.restore(state);
          }

          @Override
          public void committed(LogEntry entry) {
            entry(replica, entry);
          }

          @Override
          public void termBegan(long term) {
            term(replica, term);
          }

          @Override
          public void leadershipGained(long term) {
            replica.leadershipGained(term);
          }

          @Override
          public void leadershipLost() {
            replica.leadershipLost();
          }

          @Override
          public View state() {
            return replica.state();
          }
        });
  }

  @Override
  public CompletionStage<Void> propose(LogEntry entry) {
    return real.propose(entry);
  }

  @Override
  public int fullEntrySize(State head) {
    return real.fullEntrySize(head);
  }

  @Override
  public void close() {
    real.close();
  }
}
