package io.swarm4j.scheduler;

/**
 * Nodes that have something in common, as bits by position; brought up to date when it is used, by
 * looking only at nodes that changed since.
 */
final class NodeSet {
  private final NodeTable table;
  private final Journal changes;
  private final Membership membership;
  private long[] bits = new long[0];
  private long deal = -1;
  private long seen;

  /** Decides which nodes belong. */
  interface Membership {
    boolean includes(int slot);
  }

  /**
   * @param changes where slots are noted whose membership may have changed
   */
  NodeSet(NodeTable table, Journal changes, Membership membership) {
    this.table = table;
    this.changes = changes;
    this.membership = membership;
  }

  /** The nodes as they are now; valid until the next change, not to be written to. */
  long[] bits() {
    table.arrange();
    int nodes = table.slotAt.length;
    if (deal != table.deal || !changes.keeps(seen) || changes.end() - seen > nodes) {
      long[] fresh = new long[Bits.words(nodes)];
      for (int position = 0; position < nodes; position++) {
        if (membership.includes(table.slotAt[position])) {
          fresh[position >>> 6] |= 1L << position;
        }
      }
      bits = fresh;
      deal = table.deal;
    } else {
      for (; seen < changes.end(); seen++) {
        int slot = changes.at(seen);
        if (table.positions[slot] >= 0) {
          Bits.set(bits, table.positions[slot], membership.includes(slot));
        }
      }
    }
    seen = changes.end();
    return bits;
  }

  boolean has(int slot) {
    int position = table.positions[slot];
    return position >= 0 && Bits.has(bits(), position);
  }

  /** A set and how many groups use it, so that it can be dropped after the last. */
  static final class Shared {
    final NodeSet set;
    int users;

    /** Whether few nodes were in the set of late, so that it saves work to ask it first. */
    boolean isScarce;

    Shared(NodeSet set) {
      this.set = set;
    }
  }
}
