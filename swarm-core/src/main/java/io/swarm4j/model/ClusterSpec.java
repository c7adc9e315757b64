package io.swarm4j.model;

import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * Settings that hold for the whole swarm.
 *
 * @param name always {@code default}
 * @param labels free-form metadata
 * @param taskHistoryLimit ended tasks kept per slot; negative keeps all
 * @param specHistoryLimit earlier specs kept per service
 * @param heartbeatPeriod how often nodes report; at least 10 ms
 * @param orphanAfter time after which tasks of a node that stays down are given up
 * @param addressPools ranges from which networks get their subnets
 * @param subnetPrefix prefix length of those subnets
 * @param certificateExpiry life of node certificates, at least one hour
 * @param stormLimit share of the swarm's wanted tasks, 0 to 1, that may be on their way from lost
 *     nodes to others at a time, but always one; 0 sets no limit
 * @param autoLock whether a manager that is started again asks for the unlock key
 */
@RecordBuilder
public record ClusterSpec(
    String name,
    Map<String, String> labels,
    int taskHistoryLimit,
    int specHistoryLimit,
    Duration heartbeatPeriod,
    Duration orphanAfter,
    List<Subnet> addressPools,
    int subnetPrefix,
    Duration certificateExpiry,
    double stormLimit,
    boolean autoLock)
    implements ClusterSpecBuilder.With {

  private static final String ONLY_NAME = "default";
  private static final Duration SHORTEST_HEARTBEAT = Duration.ofMillis(10);

  /** The reference's defaults. */
  public static final ClusterSpec DEFAULT =
      new ClusterSpec(
          ONLY_NAME,
          Map.of(),
          5,
          10,
          Duration.ofSeconds(5),
          Duration.ofHours(24),
          List.of(Subnet.parse("10.0.0.0/8")),
          24,
          Duration.ofDays(90),
          0,
          false);

  public ClusterSpec {
    name = Copies.or(name, ONLY_NAME);
    labels = Copies.map(labels);
    addressPools = Copies.list(addressPools);
    Check check = Check.of("ClusterSpec");
    check
        .that(name.equals(ONLY_NAME), "name", name, ONLY_NAME)
        .that(specHistoryLimit >= 1, "specHistoryLimit", specHistoryLimit, "1 or more")
        .that(
            heartbeatPeriod.compareTo(SHORTEST_HEARTBEAT) >= 0,
            "heartbeatPeriod",
            heartbeatPeriod,
            "at least 10ms")
        .duration(heartbeatPeriod, "heartbeatPeriod")
        .duration(orphanAfter, "orphanAfter")
        .that(
            certificateExpiry.compareTo(Duration.ofHours(1)) >= 0,
            "certificateExpiry",
            certificateExpiry,
            "at least 1h0m0s")
        .that(stormLimit >= 0 && stormLimit <= 1, "stormLimit", stormLimit, "0 (no limit) to 1")
        .that(
            !addressPools.isEmpty(),
            Fault.Code.MISSING,
            "addressPools",
            addressPools,
            "at least one range");
    for (Subnet pool : addressPools) {
      check.that(
          subnetPrefix >= pool.prefix() && subnetPrefix <= 30,
          "subnetPrefix",
          subnetPrefix,
          "from " + pool.prefix() + " to 30");
    }
    check.orThrow();
  }
}
