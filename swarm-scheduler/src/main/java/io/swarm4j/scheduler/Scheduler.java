package io.swarm4j.scheduler;

import io.swarm4j.model.Cluster;
import io.swarm4j.model.Task;
import io.swarm4j.orchestrator.Control;
import io.swarm4j.orchestrator.Reconciler;
import io.swarm4j.store.Change;
import io.swarm4j.store.State;
import io.swarm4j.store.Transaction;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Gives each pending task a node, or the reason why there is none.
 *
 * <p>It acts at once on what is there. A task that finds no node stays pending, and is tried again
 * when a node changes for the better: it comes, becomes ready or active, gets other labels or more
 * resources, or a task makes room on it.
 */
public final class Scheduler implements Reconciler {
  private final PlacementOptions options;
  private @Nullable SchedulingTurns turns;

  @SuppressWarnings("NullAway.Init") // set by begin, before anything else is called
  private Control control;

  /** With the reference's behaviour. */
  public Scheduler() {
    this(PlacementOptions.DEFAULT);
  }

  public Scheduler(PlacementOptions options) {
    this.options = options;
  }

  @Override
  public void begin(Control newControl, Transaction tx) {
    control = newControl;
    turns = new SchedulingTurns(options, newControl, tx);
    turns.work(tx);
  }

  @Override
  public void reconcile(List<Change> changes, Transaction tx) {
    SchedulingTurns present = turns;
    if (present == null) {
      throw new IllegalStateException("the scheduler was not begun");
    }
    if (changes.stream().anyMatch(Scheduler::isFounding)) {
      begin(control, tx);
      return;
    }
    present.follow(changes, tx);
    present.work(tx);
  }

  /** Ties are broken by the cluster's id: what was known before it had one counts no more. */
  private static boolean isFounding(Change change) {
    return change.latest() instanceof Cluster now
        && !(change.before() instanceof Cluster before && before.id().equals(now.id()));
  }

  @Override
  public void end() {
    turns = null;
  }

  /**
   * Asks all filters about all nodes for one task, as if it were to be placed now. On the leader's
   * loop only; elsewhere use {@link PlacementEngine#explain}.
   *
   * @throws IllegalArgumentException if the task's spec is not in {@code state}
   */
  public Explanation explain(Task task, State state, Instant now) {
    SchedulingTurns present = turns;
    return present == null
        ? PlacementEngine.of(state, options).explain(task, state, now)
        : present.explain(task, state, now);
  }
}
