package io.swarm4j.scheduler;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;

/**
 * Places tasks by any order of nodes, below a tree of spread preferences.
 *
 * <p>Each task goes to the branch with the fewest tasks of the service, level by level, and there
 * to the best node. Branches that are equal compare by the best node that each has to offer; a
 * branch without any is out. Only the branches and the node that took the last task are weighed
 * again.
 */
final class RankedFill implements Fill {
  private final ClusterModel model;
  private final NodeTable nodes;
  private final TaskGroup group;
  private final Strategy strategy;
  private final double[] scores;
  private final double[] fullness;
  private final long[] ranks;
  private final List<int[]> topology = new ArrayList<>();
  private final Branch root;

  RankedFill(ClusterModel model, TaskGroup group, Strategy strategy) {
    this.model = model;
    this.nodes = model.nodes;
    this.group = group;
    this.strategy = strategy;
    nodes.arrange();
    this.scores = new double[nodes.slotCount()];
    this.fullness = new double[nodes.slotCount()];
    this.ranks = new long[nodes.slotCount()];
    group.preferences.forEach(preference -> topology.add(model.topology(preference).values()));
    this.root = new Branch(topology.isEmpty());
  }

  /** With all nodes. */
  RankedFill begin() {
    long[] nature = group.nature.set.bits();
    for (int position = 0; position < nodes.slotAt.length; position++) {
      if (Bits.has(nature, position)) {
        offer(nodes.slotAt[position]);
      }
    }
    return ready();
  }

  /** With these nodes only. */
  RankedFill begin(int[] slots, int count) {
    for (int i = 0; i < count; i++) {
      if (group.nature.set.has(slots[i])) {
        offer(slots[i]);
      }
    }
    return ready();
  }

  private RankedFill ready() {
    if (!topology.isEmpty()) {
      countPresent();
    }
    root.order();
    return this;
  }

  private void offer(int slot) {
    if (Bits.has(nodes.ready, nodes.positions[slot]) && isOpen(slot)) {
      Branch branch = root;
      for (int depth = 0; depth < topology.size(); depth++) {
        branch = branch.child(topology.get(depth)[slot], depth + 1 == topology.size());
      }
      branch.add(slot);
    }
  }

  /** Ranks a node anew; whether it takes another task. */
  private boolean isOpen(int slot) {
    if (!model.checks.hasRoom(group, slot)) {
      return false;
    }
    scores[slot] = model.checks.score(group, slot);
    int failures = group.weighingFailures(slot);
    int position = nodes.positions[slot];
    if (strategy == Strategy.BIN_PACK) {
      fullness[slot] = nodes.fullness(slot);
      ranks[slot] = Rank.of(failures, 0, Math.max(0, Rank.MOST - nodes.tasks[slot]), position);
    } else {
      int ofService = group.service.counts.get(slot);
      ranks[slot] = Rank.of(failures, ofService, nodes.tasks[slot], position);
    }
    return !Double.isNaN(scores[slot]);
  }

  /** Tasks of the service count in their branch wherever they are, on nodes that are full too. */
  private void countPresent() {
    Counts counts = group.service.counts;
    for (int place = 0; place < counts.places(); place++) {
      int slot = counts.keyAt(place);
      if (slot >= 0 && nodes.nodeIn(slot) != null) {
        Branch branch = root;
        for (int depth = 0; branch != null && depth < topology.size(); depth++) {
          branch = branch.children.get(topology.get(depth)[slot]);
          if (branch != null) {
            branch.tasks += counts.countAt(place);
          }
        }
      }
    }
  }

  @Override
  public int next() {
    return root.isEmpty() ? -1 : root.take();
  }

  private int compare(int slot, int other) {
    int failures = Integer.compare(Rank.failures(ranks[slot]), Rank.failures(ranks[other]));
    if (failures != 0) {
      return failures;
    }
    int better = Double.compare(scores[other], scores[slot]);
    if (better != 0) {
      return better;
    }
    int fuller = Double.compare(fullness[other], fullness[slot]);
    return fuller != 0 ? fuller : Long.compare(ranks[slot], ranks[other]);
  }

  /** Nodes with the same values of the labels so far; compares by which shall get the next task. */
  private final class Branch implements Comparable<Branch> {
    private final boolean isLeaf;
    private final Map<Integer, Branch> children = new HashMap<>();
    private final PriorityQueue<Branch> order = new PriorityQueue<>();
    private int[] heap = new int[4];
    private int size;
    private int tasks;

    Branch(boolean isLeaf) {
      this.isLeaf = isLeaf;
    }

    Branch child(int value, boolean leaf) {
      return children.computeIfAbsent(value, any -> new Branch(leaf));
    }

    void add(int slot) {
      if (size == heap.length) {
        heap = Arrays.copyOf(heap, size * 2);
      }
      heap[size++] = slot;
    }

    boolean isEmpty() {
      return isLeaf ? size == 0 : order.isEmpty();
    }

    void order() {
      for (Branch child : children.values()) {
        child.order();
        order.add(child);
      }
      for (int i = (size >>> 1) - 1; i >= 0; i--) {
        sink(i, heap[i]);
      }
    }

    /** Gives the best node one more task. */
    int take() {
      tasks++;
      if (!isLeaf) {
        Branch best = order.remove();
        int slot = best.take();
        if (!best.isEmpty()) {
          order.add(best);
        }
        return slot;
      }
      int slot = heap[0];
      model.take(group, slot);
      if (isOpen(slot)) {
        sink(0, slot);
      } else if (--size > 0) {
        sink(0, heap[size]);
      }
      return slot;
    }

    @Override
    public int compareTo(Branch other) {
      int fewer = Integer.compare(tasks, other.tasks);
      if (fewer != 0) {
        return fewer;
      }
      return isLeaf
          ? compare(heap[0], other.heap[0])
          : order.element().compareTo(other.order.element());
    }

    private void sink(int hole, int slot) {
      int half = size >>> 1;
      while (hole < half) {
        int child = 2 * hole + 1;
        if (child + 1 < size && compare(heap[child + 1], heap[child]) < 0) {
          child++;
        }
        if (compare(slot, heap[child]) <= 0) {
          break;
        }
        heap[hole] = heap[child];
        hole = child;
      }
      heap[hole] = slot;
    }
  }
}
