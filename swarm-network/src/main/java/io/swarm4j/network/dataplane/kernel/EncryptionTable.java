package io.swarm4j.network.dataplane.kernel;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The nftables table that marks the packets of encrypted overlays for IPsec, and drops those that
 * came without it. It stands alone, so that hosts without such overlays are spared its hooks.
 *
 * @param networks the VXLAN identifiers of encrypted overlays, as nft lists them
 */
record EncryptionTable(Set<String> networks, int port) {
  static final String NAME = "swarm4j_esp";

  private static final String SET = "networks";

  /** The VXLAN identifier of a packet: it follows eight bytes of UDP and four of VXLAN. */
  private static final String VNI = "@th,96,24";

  /** That of a configuration. */
  static EncryptionTable of(KernelConfig config, int port) {
    return new EncryptionTable(
        config.overlays().stream()
            .filter(KernelConfig.Overlay::encrypted)
            .map(overlay -> "0x%x".formatted(overlay.vni()))
            .collect(Collectors.toCollection(TreeSet::new)),
        port);
  }

  /** One with the networks of both. */
  EncryptionTable with(EncryptionTable other) {
    Set<String> all = new TreeSet<>(networks);
    all.addAll(other.networks);
    return new EncryptionTable(all, port);
  }

  /** The commands that put it in the place of whatever there is under its name. */
  List<String> create() {
    List<String> commands = new ArrayList<>();
    commands.add("add table ip " + NAME);
    commands.add("delete table ip " + NAME);
    if (!networks.isEmpty()) {
      String ours = "udp dport " + port + " " + VNI + " @" + SET;
      commands.add("table ip " + NAME + " { comment \"made by swarm4j\"; }");
      commands.add(
          "add set ip %s %s { typeof %s; elements = { %s }; }"
              .formatted(NAME, SET, VNI, String.join(", ", networks)));
      commands.add("add chain ip " + NAME + " outgoing { type route hook output priority -300; }");
      commands.add(
          "add rule ip %s outgoing %s meta mark set 0x%08x".formatted(NAME, ours, Encryption.MARK));
      commands.add("add chain ip " + NAME + " incoming { type filter hook input priority -300; }");
      commands.add("add rule ip " + NAME + " incoming " + ours + " meta ipsec missing drop");
    }
    return commands;
  }
}
