package io.swarm4j.network.dataplane.kernel;

import io.swarm4j.model.Ip;
import io.swarm4j.network.dataplane.kernel.KernelConfig.Overlay;
import io.swarm4j.network.dataplane.kernel.KernelConfig.Remote;
import io.swarm4j.network.dataplane.kernel.Links.Link;
import java.util.ArrayList;
import java.util.List;

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

  /** Whose link-layer address that is. */
  static Ip holder(String linkAddress) {
    return Ip.v4((int) Long.parseLong(linkAddress.replace(":", "").substring(4), 16));
  }

  /** The address of an overlay's bridge, with the length of its prefix. */
  static String address(Overlay overlay) {
    return overlay.address() + "/" + overlay.subnet().prefix();
  }

  /** The same of IPv6; empty if it has none. */
  static String ipv6(Overlay overlay) {
    return overlay.ipv6() == null ? "" : overlay.ipv6().toString();
  }

  /** Whether a bridge has the addresses that it shall have; of IPv6 it may have others, too. */
  static boolean isPlaced(Link bridge, Overlay overlay) {
    return bridge.address().equals(address(overlay)) && ipv6(bridge, overlay).equals(ipv6(overlay));
  }

  /** The IPv6 address that it shall have, if a bridge has it; else empty. */
  static String ipv6(Link bridge, Overlay overlay) {
    String wanted = ipv6(overlay);
    return bridge.addresses().contains(wanted) ? wanted : "";
  }

  /** The {@code ip} commands that make an overlay's bridge, without its IPv6 address. */
  static List<String> createBridge(Overlay overlay, int mtu) {
    String bridge = overlay.bridge();
    return List.of(
        "link add " + bridge + " address " + linkAddress(overlay.address()) + " type bridge",
        "addr add " + address(overlay) + " dev " + bridge,
        "link set " + bridge + " mtu " + mtu + " up");
  }

  /** The {@code ip} commands that give an overlay's bridge the IPv4 address that it shall have. */
  static List<String> move(Overlay overlay) {
    String bridge = overlay.bridge();
    return List.of(
        "addr flush dev " + bridge + " scope global",
        "link set " + bridge + " address " + linkAddress(overlay.address()),
        "addr add " + address(overlay) + " dev " + bridge);
  }

  /** The {@code ip} commands that give an overlay's bridge its IPv6 address, for use at once. */
  static List<String> addIpv6(Overlay overlay) {
    return List.of("addr replace " + ipv6(overlay) + " dev " + overlay.bridge() + " nodad");
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

  /**
   * Both lists are in the order of their addresses. Whoever has an IPv6 address has one of IPv4,
   * too, and with it the entry that tells at which node its link-layer address is.
   */
  static Entries changes(String vxlan, List<Remote> before, List<Remote> after) {
    if (before == after) {
      return new Entries(List.of(), List.of());
    }
    List<String> ip = new ArrayList<>();
    List<String> bridge = new ArrayList<>();
    int b = 0;
    int a = 0;
    while (b < before.size() || a < after.size()) {
      int order = order(b, before, a, after);
      if (order < 0) {
        Ip gone = before.get(b).address();
        ip.add("neigh del " + gone + " dev " + vxlan);
        if (gone.isV4()) {
          bridge.add("fdb del " + linkAddress(gone) + " dev " + vxlan);
        }
      } else if (order > 0 || !before.get(b).equals(after.get(a))) {
        Remote here = after.get(a);
        String link = linkAddress(here.link());
        ip.add(
            "neigh replace "
                + here.address()
                + " lladdr "
                + link
                + " dev "
                + vxlan
                + " nud permanent");
        if (here.address().isV4()) {
          bridge.add("fdb replace " + link + " dev " + vxlan + " dst " + here.node());
        }
      }
      b += order <= 0 ? 1 : 0;
      a += order >= 0 ? 1 : 0;
    }
    return new Entries(ip, bridge);
  }

  /** Which of two lists has the lower address next; below 0 for the first, 0 for both. */
  private static int order(int b, List<Remote> before, int a, List<Remote> after) {
    if (b == before.size() || a == after.size()) {
      return b == before.size() ? 1 : -1;
    }
    return before.get(b).address().compareTo(after.get(a).address());
  }
}
