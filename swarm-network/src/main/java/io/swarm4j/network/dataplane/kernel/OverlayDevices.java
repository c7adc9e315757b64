package io.swarm4j.network.dataplane.kernel;

import io.swarm4j.model.Ip;
import io.swarm4j.network.dataplane.kernel.KernelConfig.Overlay;
import io.swarm4j.network.dataplane.kernel.KernelConfig.Remote;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The bridges and VXLAN devices of a node, with the entries that tell where each address is.
 *
 * <p>Nothing is learned and nothing is flooded: the VXLAN device itself answers who has an address
 * of another node, and sends to the one node that has it. The link-layer address of whoever is on
 * an overlay follows from the address, so it need not be told to anybody.
 */
final class OverlayDevices {
  /** What VXLAN over IPv4 adds to each packet, in bytes. */
  static final int OVERHEAD = 50;

  private OverlayDevices() {}

  /** The link-layer address of whoever has {@code ip} on an overlay, as Docker chooses it too. */
  static String linkAddress(Ip ip) {
    long bits = ip.lo();
    return String.format(
        "02:42:%02x:%02x:%02x:%02x",
        bits >>> 24 & 0xff, bits >>> 16 & 0xff, bits >>> 8 & 0xff, bits & 0xff);
  }

  /** The address of an overlay's bridge, with the length of its prefix. */
  static String address(Overlay overlay) {
    return overlay.address() + "/" + overlay.subnet().prefix();
  }

  /** The {@code ip} commands that make an overlay's bridge. */
  static List<String> createBridge(Overlay overlay, int mtu) {
    String bridge = overlay.bridge();
    return List.of(
        "link add " + bridge + " address " + linkAddress(overlay.address()) + " type bridge",
        "addr add " + address(overlay) + " dev " + bridge,
        "link set " + bridge + " mtu " + mtu + " up");
  }

  /** The {@code ip} commands that give an overlay's bridge the address that it shall have. */
  static List<String> move(Overlay overlay) {
    String bridge = overlay.bridge();
    return List.of(
        "addr flush dev " + bridge,
        "link set " + bridge + " address " + linkAddress(overlay.address()),
        "addr add " + address(overlay) + " dev " + bridge);
  }

  /**
   * The {@code ip} commands that make an overlay's VXLAN device, on its bridge.
   *
   * @param node the node's address on the network between the nodes
   */
  static List<String> createVxlan(Overlay overlay, Ip node, int port, int mtu) {
    String vxlan = overlay.vxlan();
    return List.of(
        "link add "
            + vxlan
            + " mtu "
            + mtu
            + " type vxlan id "
            + overlay.vni()
            + " local "
            + node
            + " dstport "
            + port
            + " nolearning proxy",
        "link set " + vxlan + " master " + overlay.bridge() + " up");
  }

  /** The {@code ip} commands that make one of two devices which are there, and may be apart. */
  static List<String> join(Overlay overlay) {
    return List.of(
        "link set " + overlay.bridge() + " up",
        "link set " + overlay.vxlan() + " master " + overlay.bridge() + " up");
  }

  /** The {@code ip} commands that remove an overlay's devices. */
  static List<String> remove(Overlay overlay) {
    return List.of("link del " + overlay.vxlan(), "link del " + overlay.bridge());
  }

  /** The commands of {@code ip} and of {@code bridge} that lead from one list to another. */
  record Entries(List<String> ip, List<String> bridge) {

    boolean isEmpty() {
      return ip.isEmpty() && bridge.isEmpty();
    }
  }

  static Entries changes(String vxlan, List<Remote> before, List<Remote> after) {
    Map<Ip, Ip> old = byAddress(before);
    Map<Ip, Ip> fresh = byAddress(after);
    List<String> ip = new ArrayList<>();
    List<String> bridge = new ArrayList<>();
    old.forEach(
        (address, node) -> {
          if (!fresh.containsKey(address)) {
            ip.add("neigh del " + address + " dev " + vxlan);
            bridge.add("fdb del " + linkAddress(address) + " dev " + vxlan);
          }
        });
    fresh.forEach(
        (address, node) -> {
          if (!node.equals(old.get(address))) {
            String link = linkAddress(address);
            ip.add(
                "neigh replace "
                    + address
                    + " lladdr "
                    + link
                    + " dev "
                    + vxlan
                    + " nud permanent");
            bridge.add("fdb replace " + link + " dev " + vxlan + " dst " + node);
          }
        });
    return new Entries(ip, bridge);
  }

  private static Map<Ip, Ip> byAddress(List<Remote> remotes) {
    Map<Ip, Ip> byAddress = new TreeMap<>();
    remotes.forEach(remote -> byAddress.put(remote.address(), remote.node()));
    return byAddress;
  }
}
