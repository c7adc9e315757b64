package io.swarm4j.sim;

import io.soabase.recordbuilder.core.RecordBuilder;
import io.swarm4j.model.Check;
import java.time.Duration;

/**
 * How a simulated network treats messages.
 *
 * @param leastLatency shortest time that a message takes
 * @param mostLatency longest time that a message takes
 * @param loss probability that a message is lost, 0 to 1
 * @param duplication probability that a message arrives twice, 0 to 1
 * @param reordering probability that a message may be overtaken by later ones, 0 to 1
 */
@RecordBuilder
public record NetworkConditions(
    Duration leastLatency, Duration mostLatency, double loss, double duplication, double reordering)
    implements NetworkConditionsBuilder.With {

  /** A quiet local network: 0.2 to 1 ms, nothing goes wrong. */
  public static final NetworkConditions LAN =
      new NetworkConditions(Duration.ofNanos(200_000), Duration.ofMillis(1), 0, 0, 0);

  /** A long and busy line: 20 to 200 ms, and all that can go wrong does now and then. */
  public static final NetworkConditions POOR =
      new NetworkConditions(Duration.ofMillis(20), Duration.ofMillis(200), 0.05, 0.02, 0.05);

  public NetworkConditions {
    Check.of("NetworkConditions")
        .duration(leastLatency, "leastLatency")
        .duration(mostLatency, "mostLatency")
        .that(
            mostLatency.compareTo(leastLatency) >= 0,
            "mostLatency",
            mostLatency,
            "no less than the least latency")
        .that(loss >= 0 && loss <= 1, "loss", loss, "0 to 1")
        .that(duplication >= 0 && duplication <= 1, "duplication", duplication, "0 to 1")
        .that(reordering >= 0 && reordering <= 1, "reordering", reordering, "0 to 1")
        .orThrow();
  }

  /** A perfect line on which every message takes the same time. */
  public static NetworkConditions steady(Duration latency) {
    return new NetworkConditions(latency, latency, 0, 0, 0);
  }
}
