package io.swarm4j.model;

import java.time.Duration;

/**
 * What happens to a service's tasks while their node is out of reach.
 *
 * <p>Without a policy they are replaced as soon as the node is down, as in the reference, and those
 * on the node end when it returns.
 */
public sealed interface DisconnectPolicy {

  /** They are left alone, and not replaced, until the node returns, is drained or is removed. */
  record Keep() implements DisconnectPolicy {}

  /**
   * They are replaced elsewhere once the node has been down for {@code after}.
   *
   * @param after time from when the node is down; zero replaces at once
   * @param onReturn which task stays if the node returns with the original still running; null
   *     stands for {@link Survivor#REPLACEMENT}
   */
  record ReplaceAfter(Duration after, Survivor onReturn) implements DisconnectPolicy {
    public ReplaceAfter {
      onReturn = Copies.or(onReturn, Survivor.REPLACEMENT);
      Check.of("ReplaceAfter").duration(after, "after").orThrow();
    }

    /** The replacement stays when the node returns. */
    public ReplaceAfter(Duration after) {
      this(after, Survivor.REPLACEMENT);
    }
  }

  /**
   * The node itself ends them once it has heard of no manager for {@code after}; they are replaced
   * as soon as the node is down, so that for a short time two tasks may run for one slot.
   */
  record StopAfter(Duration after) implements DisconnectPolicy {
    public StopAfter {
      Check.of("StopAfter").duration(after, "after").orThrow();
    }
  }

  /**
   * At most one task runs for a slot, whatever happens: the node ends it once it has heard of no
   * manager for {@code after}, and a successor starts only when the one before has ended or that
   * time, its stop grace period and one heartbeat period have passed since the node went down. Each
   * task knows a token, {@link Task#generation}, that is higher than those of all before it: what
   * it writes to can refuse the lower ones of a machine that stood still.
   */
  record Fence(Duration after) implements DisconnectPolicy {
    public Fence {
      Check.of("Fence").duration(after, "after").orThrow();
    }
  }

  /** Who goes on when a node returns whose task was replaced. */
  enum Survivor {
    /** The new task; the one on the returned node ends. */
    REPLACEMENT,
    /** The old task if it still runs; the new one ends. */
    ORIGINAL
  }
}
