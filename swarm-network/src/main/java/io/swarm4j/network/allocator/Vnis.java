package io.swarm4j.network.allocator;

import io.swarm4j.model.NetworkId;
import java.util.HashMap;
import java.util.Map;

/**
 * VXLAN network identifiers, one per network; one that was freed is used again only after all
 * others were.
 */
final class Vnis {
  private static final int FIRST = 4096; // as in the reference
  private static final int LAST = (1 << 24) - 1;

  private final Map<Integer, NetworkId> holders = new HashMap<>();
  private int next = FIRST;

  void restore(int vni, NetworkId network) {
    holders.put(vni, network);
    next = Math.max(next, vni + 1);
  }

  int take(NetworkId network) {
    while (next > LAST || holders.containsKey(next)) {
      next = next >= LAST ? FIRST : next + 1;
    }
    int vni = next++;
    holders.put(vni, network);
    return vni;
  }

  void release(int vni, NetworkId network) {
    holders.remove(vni, network);
  }
}
