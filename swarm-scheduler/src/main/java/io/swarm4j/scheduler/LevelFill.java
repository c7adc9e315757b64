package io.swarm4j.scheduler;

/**
 * Spreads tasks by going through nodes in the order that {@link Levels} keeps anyway, so that most
 * nodes are never looked at.
 *
 * <p>Nodes without a task of the service come first, from the levels or, where few are left that
 * may take one, from a heap; then those with tasks of the service, from a heap.
 */
final class LevelFill implements Fill {
  /** Nodes without room that are met before the nodes with room are asked for as a set. */
  private static final int MOST_MISSES = 32;

  private final ClusterModel model;
  private final NodeTable nodes;
  private final LongHeap heap = new LongHeap();
  private TaskGroup group;
  private Stage stage = Stage.DONE;
  private long[] candidates = new long[0];
  private int words;
  private int level;
  private int word;
  private long[] atLevel = new long[0];
  private long bits;
  private int misses;

  private enum Stage {
    LEVELS,
    HEAP_OF_NEW,
    HEAP,
    DONE
  }

  @SuppressWarnings("NullAway") // begin sets the group before it is read
  LevelFill(ClusterModel model) {
    this.model = model;
    this.nodes = model.nodes;
  }

  /** Starts afresh for a group, with all nodes. */
  LevelFill begin(TaskGroup newGroup) {
    group = newGroup;
    nodes.arrange();
    heap.clear();
    misses = 0;
    words = nodes.ready.length;
    if (candidates.length != words) {
      candidates = new long[words];
    }
    long[] nature = group.nature.set.bits();
    for (int i = 0; i < words; i++) {
      candidates[i] = nodes.ready[i] & nature[i];
    }
    group.service.removeFrom(candidates);
    leaveOutFailing();
    if (group.room != null && group.room.isScarce) {
      keepThoseWithRoom(group.room);
    } else {
      chooseWay(count());
    }
    return this;
  }

  /** Starts afresh for a group, with these nodes only. */
  LevelFill begin(TaskGroup newGroup, int[] slots, int count) {
    group = newGroup;
    nodes.arrange();
    heap.clear();
    stage = Stage.HEAP;
    long[] nature = group.nature.set.bits();
    for (int i = 0; i < count; i++) {
      addIfEligible(slots[i], nature);
    }
    heap.order();
    return this;
  }

  private void leaveOutFailing() {
    FailureLog failures = group.failures;
    if (failures == null) {
      return;
    }
    Counts byNode = failures.byNode();
    for (int place = 0; place < byNode.places(); place++) {
      int slot = byNode.keyAt(place);
      if (slot >= 0 && failures.weighing(slot) > 0 && nodes.positions[slot] >= 0) {
        Bits.set(candidates, nodes.positions[slot], false);
      }
    }
  }

  private int count() {
    int count = 0;
    for (int i = 0; i < words; i++) {
      count += Long.bitCount(candidates[i]);
    }
    return count;
  }

  private void keepThoseWithRoom(NodeSet.Shared room) {
    long[] withRoom = room.set.bits();
    int inRoom = 0;
    int count = 0;
    for (int i = 0; i < words; i++) {
      inRoom += Long.bitCount(withRoom[i]);
      candidates[i] &= withRoom[i];
      count += Long.bitCount(candidates[i]);
    }
    room.isScarce = inRoom < nodes.slotAt.length / 2;
    chooseWay(count);
  }

  /** The levels, or a heap where so few nodes are left that going through all levels costs more. */
  private void chooseWay(int count) {
    if (count > nodes.levels.used() * words / 8) {
      stage = Stage.LEVELS;
      level = -1;
      word = words;
      bits = 0;
      return;
    }
    stage = Stage.HEAP_OF_NEW;
    for (int i = 0; i < words; i++) {
      for (long left = candidates[i]; left != 0; left &= left - 1) {
        int position = i << 6 | Long.numberOfTrailingZeros(left);
        heap.add(Rank.of(0, 0, nodes.tasks[nodes.slotAt[position]], position));
      }
    }
    heap.order();
  }

  @Override
  public int next() {
    while (stage != Stage.DONE) {
      int slot = stage == Stage.LEVELS ? nextFromLevels() : nextFromHeap();
      if (slot >= 0) {
        return slot;
      }
    }
    return -1;
  }

  /** Returns -1 if this way came to an end. */
  private int nextFromLevels() {
    while (stage == Stage.LEVELS) {
      while (bits == 0) {
        if (++word >= words) {
          level = nodes.levels.next(level + 1);
          if (level < 0) {
            addNodesOfService();
            return -1;
          }
          atLevel = nodes.levels.at(level);
          word = 0;
        }
        bits = atLevel[word] & candidates[word];
      }
      int position = word << 6 | Long.numberOfTrailingZeros(bits);
      bits &= bits - 1;
      Bits.set(candidates, position, false);
      int slot = nodes.slotAt[position];
      if (model.checks.hasRoom(group, slot)) {
        model.take(group, slot);
        return slot;
      }
      if (++misses == MOST_MISSES && group.room != null) {
        keepThoseWithRoom(group.room);
      }
    }
    return -1;
  }

  private int nextFromHeap() {
    while (!heap.isEmpty()) {
      long rank = heap.top();
      int slot = nodes.slotAt[Rank.position(rank)];
      if (!model.checks.hasRoom(group, slot)) {
        heap.removeTop();
        continue;
      }
      model.take(group, slot);
      if (stage == Stage.HEAP_OF_NEW) {
        heap.removeTop(); // comes back with the nodes of the service
      } else {
        heap.replaceTop(rank(slot));
      }
      return slot;
    }
    if (stage == Stage.HEAP_OF_NEW) {
      addNodesOfService();
    } else {
      stage = Stage.DONE;
    }
    return -1;
  }

  private void addNodesOfService() {
    stage = Stage.HEAP;
    long[] nature = group.nature.set.bits();
    Counts counts = group.service.counts;
    for (int place = 0; place < counts.places(); place++) {
      if (counts.keyAt(place) >= 0) {
        addIfEligible(counts.keyAt(place), nature);
      }
    }
    FailureLog failures = group.failures;
    if (failures != null) {
      Counts byNode = failures.byNode();
      for (int place = 0; place < byNode.places(); place++) {
        int slot = byNode.keyAt(place);
        if (slot >= 0 && failures.weighing(slot) > 0 && counts.get(slot) == 0) {
          addIfEligible(slot, nature);
        }
      }
    }
    heap.order();
  }

  private void addIfEligible(int slot, long[] nature) {
    int position = nodes.positions[slot];
    if (position >= 0 && Bits.has(nodes.ready, position) && Bits.has(nature, position)) {
      heap.add(rank(slot));
    }
  }

  private long rank(int slot) {
    return Rank.of(
        group.weighingFailures(slot),
        group.service.counts.get(slot),
        nodes.tasks[slot],
        nodes.positions[slot]);
  }
}
