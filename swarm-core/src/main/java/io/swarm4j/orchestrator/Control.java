package io.swarm4j.orchestrator;

import io.swarm4j.store.Transaction;
import io.swarm4j.time.Chance;
import io.swarm4j.time.Ids;
import io.swarm4j.time.Timer;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What a {@link Reconciler} may ask of its surroundings. For use on the leader's loop only. */
public interface Control {

  /** The present time. */
  Instant now();

  /** New ids. */
  Ids ids();

  /** The leader's source of chance. */
  Chance chance();

  /** Asks for one more turn, even if nothing changes. */
  void again();

  /**
   * Runs {@code work} at the start of a turn once {@code delay} has passed, unless leadership ends
   * before.
   */
  Timer after(Duration delay, Consumer<Transaction> work);

  /**
   * Completes, on the loop, once all that was written so far, in this turn too, is committed; fails
   * if leadership ends before.
   */
  CompletionStage<@Nullable Void> committed();
}
