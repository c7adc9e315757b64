package io.swarm4j.raft;

import io.swarm4j.model.Check;
import java.time.Duration;

/**
 * When managers hold elections.
 *
 * @param electionAfter how long a follower hears nothing of the leader before it stands for
 *     election, at least. Ratis looks only when a random time of one to three times that has
 *     passed, so that it may be six times as long, and two followers seldom stand at the same
 *     moment. The leader sends a heartbeat after half of it
 * @param firstElectionAfter the same right after the start, when no leader is known yet
 */
public record RaftTiming(Duration electionAfter, Duration firstElectionAfter) {

  private static final int SPREAD = 3;
  private static final Duration SHORTEST = Duration.ofMillis(10);

  /** For managers on machines of their own: a lost leader is replaced in about 0.6 s. */
  public static final RaftTiming LAN =
      new RaftTiming(Duration.ofMillis(200), Duration.ofMillis(150));

  /** For managers in one JVM: a lost leader is replaced in about half a second. */
  public static final RaftTiming IN_PROCESS =
      new RaftTiming(Duration.ofMillis(150), Duration.ofMillis(50));

  public RaftTiming {
    Check.of("RaftTiming")
        .that(
            electionAfter.compareTo(SHORTEST) >= 0,
            "electionAfter",
            electionAfter,
            "at least " + SHORTEST.toMillis() + "ms")
        .that(
            firstElectionAfter.compareTo(SHORTEST) >= 0,
            "firstElectionAfter",
            firstElectionAfter,
            "at least " + SHORTEST.toMillis() + "ms")
        .orThrow();
  }

  /** After which random time a follower looks whether the leader is still there, at most. */
  Duration longestLook() {
    return electionAfter.multipliedBy(SPREAD);
  }

  /** How long a follower hears nothing of the leader before it stands for election, at most. */
  Duration longestSilence() {
    return longestLook().multipliedBy(2);
  }
}
