package io.swarm4j.scheduler;

import io.swarm4j.model.GenericResource;
import io.swarm4j.model.Node;
import io.swarm4j.model.NodeId;
import io.swarm4j.model.Resources;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The nodes and what is taken of them, in arrays.
 *
 * <p>A node has a <em>slot</em> for as long as it exists or tasks hold it, and, while it exists, a
 * <em>position</em>: its place in an order that a hash of seed and node id draws by lot. Positions
 * are where sets of nodes have their bits, and what decides between nodes that are equal otherwise;
 * all of them are dealt anew when a node comes or goes.
 */
final class NodeTable {
  private static final int ROOM_CHANGES = 1 << 14;
  private static final int NATURE_CHANGES = 1 << 10;
  private static final int SLOT_BITS = 19;

  private final long seed;
  private final Map<NodeId, Integer> slots = new HashMap<>();
  private int slotCount;
  private int[] freeSlots = new int[0];
  private int freeCount;
  private boolean inPosition;

  @Nullable Node[] nodes = new Node[0];
  private NodeId[] ids = new NodeId[0];
  private Resources[] totals = new Resources[0];
  private @Nullable GenericPool[] generic = new GenericPool[0];
  private @Nullable PortCounts[] ports = new PortCounts[0];
  private int[] held = new int[0];

  /** Per slot: what no task has reserved. */
  long[] freeCpu = new long[0];

  long[] freeMemory = new long[0];

  /** Per slot: tasks that are wanted. */
  int[] tasks = new int[0];

  /** Per slot: its position, -1 if there is no node. */
  int[] positions = new int[0];

  /** Per position: the slot. */
  int[] slotAt = new int[0];

  /** Per position: whether the node may get tasks. */
  long[] ready = new long[0];

  final Levels levels = new Levels();

  /** Slots whose free resources changed. */
  final Journal roomChanges = new Journal(ROOM_CHANGES);

  /** Slots whose node changed. */
  final Journal natureChanges = new Journal(NATURE_CHANGES);

  /** Rises whenever positions are dealt. */
  long deal;

  NodeTable(long seed) {
    this.seed = seed;
  }

  /** Slots are numbers below this one. */
  int slotCount() {
    return slotCount;
  }

  /** The slot of a node, -1 if it has none. */
  int slotOf(NodeId id) {
    Integer slot = slots.get(id);
    return slot == null ? -1 : slot;
  }

  /** The node in a slot; null if it is gone and tasks still hold it, or the slot is free. */
  @Nullable Node nodeIn(int slot) {
    return nodes[slot];
  }

  NodeId idIn(int slot) {
    return ids[slot];
  }

  /** The slot of a node that may be unknown yet. */
  int claimSlot(NodeId id) {
    Integer known = slots.get(id);
    if (known != null) {
      return known;
    }
    int slot = freeCount > 0 ? freeSlots[--freeCount] : newSlot();
    slots.put(id, slot);
    ids[slot] = id;
    nodes[slot] = null;
    totals[slot] = Resources.NONE;
    freeCpu[slot] = 0;
    freeMemory[slot] = 0;
    tasks[slot] = 0;
    held[slot] = 0;
    generic[slot] = null;
    ports[slot] = null;
    positions[slot] = -1;
    return slot;
  }

  private int newSlot() {
    if (slotCount > Rank.MOST) {
      throw new IllegalStateException("more than " + Rank.MOST + " nodes are not supported");
    }
    if (slotCount == nodes.length) {
      int length = Math.max(16, slotCount * 2);
      nodes = Arrays.copyOf(nodes, length);
      ids = Arrays.copyOf(ids, length);
      totals = Arrays.copyOf(totals, length);
      generic = Arrays.copyOf(generic, length);
      ports = Arrays.copyOf(ports, length);
      held = Arrays.copyOf(held, length);
      freeCpu = Arrays.copyOf(freeCpu, length);
      freeMemory = Arrays.copyOf(freeMemory, length);
      tasks = Arrays.copyOf(tasks, length);
      positions = Arrays.copyOf(positions, length);
    }
    return slotCount++;
  }

  /** Takes in a node as it is now and returns its slot, or -1 if nothing of interest changed. */
  int put(Node node) {
    int slot = claimSlot(node.id());
    Node before = nodes[slot];
    nodes[slot] = node;
    if (before == null) {
      inPosition = false;
    } else if (!differs(before, node)) {
      return -1;
    } else if (inPosition) {
      Bits.set(ready, positions[slot], node.isSchedulable());
    }
    natureChanges.add(slot);
    Resources total = node.description().resources();
    if (!total.equals(totals[slot])) {
      Resources old = totals[slot];
      totals[slot] = total;
      freeCpu[slot] += total.nanoCpus() - old.nanoCpus();
      freeMemory[slot] += total.memoryBytes() - old.memoryBytes();
      roomChanges.add(slot);
      if (generic[slot] != null || !total.generic().isEmpty()) {
        genericIn(slot).advertise(total.generic());
      }
    }
    return slot;
  }

  private static boolean differs(Node before, Node after) {
    return before.isSchedulable() != after.isSchedulable()
        || before.role() != after.role()
        || !before.status().address().equals(after.status().address())
        || !before.spec().equals(after.spec())
        || !before.description().equals(after.description());
  }

  /** Takes a node out and returns its slot, or -1 if it was unknown. */
  int remove(NodeId id) {
    int slot = slotOf(id);
    if (slot < 0 || nodes[slot] == null) {
      return -1;
    }
    nodes[slot] = null;
    natureChanges.add(slot);
    inPosition = false;
    return slot;
  }

  /** Whether nothing refers to the slot any more; it is free for another node then. */
  boolean freeIfUnused(int slot) {
    if (nodes[slot] != null || held[slot] > 0 || !slots.remove(ids[slot], slot)) {
      return false;
    }
    if (freeCount == freeSlots.length) {
      freeSlots = Arrays.copyOf(freeSlots, Math.max(16, freeCount * 2));
    }
    freeSlots[freeCount++] = slot;
    return true;
  }

  /** Sets resources and ports aside for a task. */
  void hold(int slot, TaskGroup group, List<GenericResource> assigned) {
    held[slot]++;
    if (group.cpu != 0 || group.memory != 0) {
      freeCpu[slot] -= group.cpu;
      freeMemory[slot] -= group.memory;
      roomChanges.add(slot);
    }
    if (!assigned.isEmpty()) {
      genericIn(slot).hold(assigned);
    }
    if (group.ports.length > 0) {
      portsIn(slot).open(group.ports);
    }
  }

  void release(int slot, TaskGroup group, List<GenericResource> assigned) {
    held[slot]--;
    if (group.cpu != 0 || group.memory != 0) {
      freeCpu[slot] += group.cpu;
      freeMemory[slot] += group.memory;
      roomChanges.add(slot);
    }
    if (!assigned.isEmpty()) {
      genericIn(slot).release(assigned);
    }
    if (group.ports.length > 0) {
      portsIn(slot).close(group.ports);
    }
  }

  /** Counts one more wanted task. */
  void countUp(int slot) {
    int count = tasks[slot]++;
    if (inPosition && positions[slot] >= 0) {
      levels.remove(positions[slot], Math.min(count, Rank.MOST));
      levels.add(positions[slot], Math.min(count + 1, Rank.MOST));
    }
  }

  void countDown(int slot) {
    int count = tasks[slot]--;
    if (inPosition && positions[slot] >= 0) {
      levels.remove(positions[slot], Math.min(count, Rank.MOST));
      levels.add(positions[slot], Math.min(count - 1, Rank.MOST));
    }
  }

  boolean hasGeneric(int slot, List<GenericResource> wanted) {
    GenericPool pool = generic[slot];
    return wanted.isEmpty() || (pool != null && pool.covers(wanted));
  }

  List<GenericResource> chooseGeneric(int slot, List<GenericResource> wanted) {
    return wanted.isEmpty() ? List.of() : genericIn(slot).choose(wanted);
  }

  boolean hasPortOpen(int slot, int[] wanted) {
    PortCounts open = ports[slot];
    return open != null && open.anyOf(wanted);
  }

  /** The larger of the reserved shares of CPU and memory, 0 to 1; more if the node has shrunk. */
  double fullness(int slot) {
    Resources total = totals[slot];
    double cpu = share(total.nanoCpus(), freeCpu[slot]);
    return Math.max(cpu, share(total.memoryBytes(), freeMemory[slot]));
  }

  private static double share(long total, long free) {
    return total == 0 ? 0 : (double) (total - free) / total;
  }

  private GenericPool genericIn(int slot) {
    GenericPool pool = generic[slot];
    if (pool == null) {
      pool = new GenericPool();
      generic[slot] = pool;
    }
    return pool;
  }

  private PortCounts portsIn(int slot) {
    PortCounts counts = ports[slot];
    if (counts == null) {
      counts = new PortCounts();
      ports[slot] = counts;
    }
    return counts;
  }

  /** Deals positions if nodes came or went since the last time. */
  void arrange() {
    if (inPosition) {
      return;
    }
    inPosition = true;
    deal++;
    long[] lots = new long[slotCount];
    int count = 0;
    for (int slot = 0; slot < slotCount; slot++) {
      positions[slot] = -1;
      if (nodes[slot] != null) {
        lots[count++] = lot(ids[slot]) << SLOT_BITS | slot;
      }
    }
    Arrays.sort(lots, 0, count);
    settleTies(lots, count);
    slotAt = new int[count];
    ready = new long[Bits.words(count)];
    levels.reset(ready.length);
    for (int position = 0; position < count; position++) {
      int slot = (int) lots[position] & Rank.MOST;
      slotAt[position] = slot;
      positions[slot] = position;
      Bits.set(ready, position, Objects.requireNonNull(nodes[slot]).isSchedulable());
      levels.add(position, Math.min(tasks[slot], Rank.MOST));
    }
  }

  private long lot(NodeId id) {
    return mix(mix(seed ^ id.hi()) ^ id.lo());
  }

  private static long mix(long bits) {
    long z = bits + 0x9E3779B97F4A7C15L;
    z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
    z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
    return z ^ z >>> 31;
  }

  /** Nodes with the same lot go by id, not by slot, which depends on history. */
  private void settleTies(long[] lots, int count) {
    for (int i = 1; i < count; i++) {
      for (int j = i; j > 0 && lots[j] >> SLOT_BITS == lots[j - 1] >> SLOT_BITS; j--) {
        NodeId left = ids[(int) lots[j - 1] & Rank.MOST];
        NodeId right = ids[(int) lots[j] & Rank.MOST];
        if (left.compareTo(right) <= 0) {
          break;
        }
        long swap = lots[j];
        lots[j] = lots[j - 1];
        lots[j - 1] = swap;
      }
    }
  }
}
