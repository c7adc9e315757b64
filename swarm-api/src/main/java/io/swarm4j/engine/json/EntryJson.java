package io.swarm4j.engine.json;

import io.swarm4j.model.ClusterSpec;
import io.swarm4j.model.Node.Availability;
import io.swarm4j.model.Subnet;
import io.swarm4j.node.EntryOptions;
import java.util.List;

/** What {@code InitRequest} and {@code JoinRequest} of the Engine API say of a node. */
public final class EntryJson {
  /** What the docker CLI sends for listening where nobody has said. */
  private static final String CLI_LISTENS = "0.0.0.0:2377";

  private EntryJson() {}

  /** Reads where a node is found, and whether it takes tasks. */
  public static EntryOptions read(Fields fields) {
    String listen = fields.text("ListenAddr");
    return new EntryOptions(
        CLI_LISTENS.equals(listen) ? null : listen,
        fields.text("AdvertiseAddr"),
        fields.text("DataPathAddr"),
        fields.constant("Availability", Availability.ACTIVE));
  }

  /**
   * Reads the settings of a new swarm.
   *
   * @param usual what holds where nothing is said
   */
  public static ClusterSpec settings(Fields fields, ClusterSpec usual) {
    fields.fixed("DataPathPort", ClusterJson.DATA_PATH_PORT);
    ClusterJson.Wanted wanted =
        fields.object(
            "Spec", spec -> ClusterJson.read(spec, usual), new ClusterJson.Wanted(usual, null));
    if (wanted.root() != null) {
      throw Json.refuse(
          "Spec.CAConfig.SigningCACert, ForceRotate",
          "set",
          "empty; the root certificate can be changed once the swarm is there");
    }
    boolean autoLock = fields.flag("AutoLockManagers") || wanted.spec().autoLock();
    List<String> pools = fields.texts("DefaultAddrPool");
    int prefix = fields.integer("SubnetSize");
    if (prefix < 0 || prefix > 30) {
      throw Json.refuse("SubnetSize", Integer.toString(prefix), "a prefix length of at most 30");
    }
    ClusterSpec settings = wanted.spec().withAutoLock(autoLock);
    if (!pools.isEmpty()) {
      settings = settings.withAddressPools(pools.stream().map(Subnet::parse).toList());
    }
    return prefix == 0 ? settings : settings.withSubnetPrefix(prefix);
  }
}
