package io.swarm4j.examples.bench;

import io.swarm4j.store.Log;
import io.swarm4j.store.LogEntry;
import io.swarm4j.store.State;
import io.swarm4j.store.View;
import java.util.concurrent.CompletionStage;

/** A log that begins with a given state. */
record PreloadedLog(View start, Log log) implements Log {

  @Override
  public void open(Replica replica) {
    replica.restore(start);
    log.open(replica);
  }

  @Override
  public CompletionStage<Void> propose(LogEntry entry) {
    return log.propose(entry);
  }

  @Override
  public int fullEntrySize(State head) {
    return log.fullEntrySize(head);
  }

  @Override
  public void close() {
    log.close();
  }
}
