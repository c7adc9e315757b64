package io.swarm4j.sim;

import io.swarm4j.store.View;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A manager's seat in the replicated log, with the disk that outlives its process. */
final class Voter {
  final String name;

  /** The log of the process that runs now; null while none does. */
  @Nullable SimulatedLog log;

  /** Number of entries that it has applied. */
  long applied;

  /** The newest term that it has come to in the log. */
  long term;

  /** The state that its disk holds while it is down. */
  View kept = View.EMPTY;

  Duration diskDelay = Duration.ZERO;
  boolean diskFull;
  boolean pumping;

  Voter(String name) {
    this.name = name;
  }

  /** Whether it can take part in decisions. */
  boolean isFit() {
    return log != null && !diskFull;
  }
}
