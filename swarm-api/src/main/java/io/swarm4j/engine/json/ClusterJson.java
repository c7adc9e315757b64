package io.swarm4j.engine.json;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.swarm4j.model.Cluster;
import io.swarm4j.model.ClusterSpec;

/** {@code ClusterInfo} and {@code SwarmSpec} of the Engine API. */
public final class ClusterJson {
  private static final int DATA_PATH_PORT = 4789;

  private ClusterJson() {}

  /** Writes what {@code docker info} tells of the swarm. */
  public static ObjectNode write(Cluster cluster) {
    ClusterSpec spec = cluster.spec();
    ObjectNode node = Json.stored(cluster.id(), cluster.meta());
    node.set("Spec", spec(spec));
    node.putObject("TLSInfo");
    node.put("RootRotationInProgress", false);
    ArrayNode pools = node.putArray("DefaultAddrPool");
    spec.addressPools().forEach(pool -> pools.add(pool.toString()));
    return node.put("SubnetSize", spec.subnetPrefix()).put("DataPathPort", DATA_PATH_PORT);
  }

  private static ObjectNode spec(ClusterSpec spec) {
    ObjectNode node = Json.object().put("Name", spec.name());
    node.set("Labels", Json.map(spec.labels()));
    node.putObject("Orchestration").put("TaskHistoryRetentionLimit", spec.taskHistoryLimit());
    node.putObject("Raft")
        .put("SnapshotInterval", 10_000)
        .put("KeepOldSnapshots", 0)
        .put("LogEntriesForSlowFollowers", 500)
        .put("ElectionTick", 10)
        .put("HeartbeatTick", 1);
    node.putObject("Dispatcher").put("HeartbeatPeriod", spec.heartbeatPeriod().toNanos());
    node.putObject("CAConfig").put("NodeCertExpiry", spec.certificateExpiry().toNanos());
    node.putObject("TaskDefaults");
    node.putObject("EncryptionConfig").put("AutoLockManagers", false);
    return node;
  }
}
