package io.swarm4j.raft;

import io.swarm4j.model.Check;
import java.time.Duration;

/**
 * When managers hold elections.
 *
 * @param electionAfter how long a follower hears nothing of the leader before it stands for
 *     election, at least; Ratis looks only when a random time of one to two times that has passed,
 *     so that it may be four times as long. The leader sends a heartbeat after half of it
 * @param firstElectionAfter the same right after the start, when no leader is known yet
 */
public record RaftTiming(Duration electionAfter, Duration firstElectionAfter) {

  private static final Duration SHORTEST = Duration.ofMillis(10);

  /** For managers on machines of their own: a lost leader is replaced in about 0.7 s. */
  public static final RaftTiming LAN =
      new RaftTiming(Duration.ofMillis(300), Duration.ofMillis(150));

  /** For managers in one JVM: a lost leader is replaced in about half a second. */
  public static final RaftTiming IN_PROCESS =
      new RaftTiming(Duration.ofMillis(200), Duration.ofMillis(50));

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
}
