package io.swarm4j.engine.json;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.swarm4j.model.Authority;
import io.swarm4j.model.Cluster;
import io.swarm4j.model.ClusterSpec;
import io.swarm4j.model.ClusterSpecBuilder;
import io.swarm4j.node.NewSecrets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code ClusterInfo} and {@code SwarmSpec} of the Engine API. */
public final class ClusterJson {
  static final int DATA_PATH_PORT = 4789;

  /** Settings of the reference's own log, which ours has no use for. */
  private static final Map<String, Long> FIXED = fixed();

  private ClusterJson() {}

  private static Map<String, Long> fixed() {
    Map<String, Long> values = new LinkedHashMap<>();
    values.put("SnapshotInterval", 10_000L);
    values.put("KeepOldSnapshots", 0L);
    values.put("LogEntriesForSlowFollowers", 500L);
    values.put("ElectionTick", 10L);
    values.put("HeartbeatTick", 1L);
    return values;
  }

  /**
   * What a client wants of a swarm.
   *
   * @param spec its settings
   * @param root the root certificate to change to; null to keep the present one
   */
  public record Wanted(ClusterSpec spec, NewSecrets.@Nullable Root root) {}

  /**
   * Reads {@code SwarmSpec}.
   *
   * @param present the settings that it replaces, from which it takes what the Engine API can not
   *     say
   */
  public static Wanted read(Fields fields, ClusterSpec present) {
    ClusterSpecBuilder spec = ClusterSpecBuilder.builder(present);
    spec.name(fields.text("Name", "default")).labels(fields.map("Labels"));
    fields.object(
        "Orchestration",
        orchestration -> {
          Integer limit = orchestration.maybeInteger("TaskHistoryRetentionLimit");
          return limit == null ? spec : spec.taskHistoryLimit(limit);
        });
    fields.object(
        "Raft",
        raft -> {
          FIXED.forEach((name, value) -> raft.fixed(name, value));
          return spec;
        });
    fields.object(
        "Dispatcher",
        dispatcher -> {
          Duration period = dispatcher.nanos("HeartbeatPeriod");
          return period == null || period.isZero() ? spec : spec.heartbeatPeriod(period);
        });
    fields.object(
        "EncryptionConfig", encryption -> spec.autoLock(encryption.flag("AutoLockManagers")));
    NewSecrets.Root root =
        fields.object(
            "CAConfig",
            authority -> {
              Duration expiry = authority.nanos("NodeCertExpiry");
              if (expiry != null && !expiry.isZero()) {
                spec.certificateExpiry(expiry);
              }
              return root(authority);
            });
    return new Wanted(spec.build(), root);
  }

  /** The count of forced changes shows as 0 each time, so that any other number asks for one. */
  private static NewSecrets.@Nullable Root root(Fields authority) {
    boolean forced = authority.number("ForceRotate") != 0;
    String certificate = authority.text("SigningCACert", "");
    String key = authority.text("SigningCAKey", "");
    return forced || !certificate.isEmpty() ? new NewSecrets.Root(certificate, key) : null;
  }

  /** Writes what {@code docker info} tells of the swarm. */
  public static ObjectNode write(Cluster cluster) {
    ClusterSpec spec = cluster.spec();
    ObjectNode node = Json.stored(cluster.id(), cluster.meta());
    node.set("Spec", spec(spec));
    Authority authority = cluster.authority();
    node.set("TLSInfo", new TlsJson(authority).ofSwarm());
    node.put("RootRotationInProgress", authority != null && authority.rotation() != null);
    ArrayNode pools = node.putArray("DefaultAddrPool");
    spec.addressPools().forEach(pool -> pools.add(pool.toString()));
    return node.put("SubnetSize", spec.subnetPrefix()).put("DataPathPort", DATA_PATH_PORT);
  }

  private static ObjectNode spec(ClusterSpec spec) {
    ObjectNode node = Json.object().put("Name", spec.name());
    node.set("Labels", Json.map(spec.labels()));
    node.putObject("Orchestration").put("TaskHistoryRetentionLimit", spec.taskHistoryLimit());
    ObjectNode raft = node.putObject("Raft");
    FIXED.forEach(raft::put);
    node.putObject("Dispatcher").put("HeartbeatPeriod", spec.heartbeatPeriod().toNanos());
    node.putObject("CAConfig").put("NodeCertExpiry", spec.certificateExpiry().toNanos());
    node.putObject("TaskDefaults");
    node.putObject("EncryptionConfig").put("AutoLockManagers", spec.autoLock());
    return node;
  }
}
