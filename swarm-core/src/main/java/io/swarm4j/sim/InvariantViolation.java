package io.swarm4j.sim;

import java.time.Duration;
import java.util.List;

/**
 * Something that must always hold does not, in a simulated swarm; says when and from which seed.
 */
public final class InvariantViolation extends AssertionError {
  private static final long serialVersionUID = 1L;

  private final transient List<String> timeline;
  private final String invariant;
  private final String breach;
  private final Duration at;

  InvariantViolation(
      String invariant, String breach, long seed, Duration at, List<String> timeline) {
    super(
        invariant
            + "\n  breach: "
            + breach
            + "\n  seed:   "
            + seed
            + "\n  at:     "
            + at
            + " of virtual time");
    this.invariant = invariant;
    this.breach = breach;
    this.at = at;
    this.timeline = List.copyOf(timeline);
  }

  /** What must hold. */
  public String invariant() {
    return invariant;
  }

  /** What does not. */
  public String breach() {
    return breach;
  }

  /** Virtual time since the start of the swarm. */
  public Duration at() {
    return at;
  }

  /** The last lines of the trace before it. */
  public List<String> timeline() {
    return timeline;
  }
}
