package io.swarm4j.scheduler;

import io.swarm4j.model.ServiceId;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where the wanted tasks of one service are. */
final class ServiceUsage {
  /** From one node in so many on, a set of bits is kept beside the counts. */
  private static final int DENSE = 64;

  final ServiceId id;

  /** Wanted tasks by slot. */
  final Counts counts = new Counts();

  /** Specs of the service that tasks run or wait for. */
  final List<TaskGroup> groups = new ArrayList<>(1);

  private final NodeTable table;
  private long @Nullable [] present;
  private long deal;

  ServiceUsage(ServiceId id, NodeTable table) {
    this.id = id;
    this.table = table;
  }

  void countUp(int slot) {
    if (counts.increment(slot) == 1 && present != null) {
      mark(slot, true);
    }
  }

  void countDown(int slot) {
    if (counts.decrement(slot) == 0 && present != null) {
      mark(slot, false);
    }
  }

  private void mark(int slot, boolean on) {
    int position = table.positions[slot];
    if (present != null && deal == table.deal && position >= 0) {
      Bits.set(present, position, on);
    }
  }

  /** Takes the nodes with wanted tasks of this service out of {@code candidates}, by position. */
  void removeFrom(long[] candidates) {
    if (counts.size() < table.slotAt.length / DENSE) {
      present = null;
      for (int place = 0; place < counts.places(); place++) {
        int slot = counts.keyAt(place);
        if (slot >= 0 && table.positions[slot] >= 0) {
          Bits.set(candidates, table.positions[slot], false);
        }
      }
      return;
    }
    long[] bits = present;
    if (bits == null || deal != table.deal) {
      bits = new long[candidates.length];
      deal = table.deal;
      present = bits;
      for (int place = 0; place < counts.places(); place++) {
        if (counts.keyAt(place) >= 0) {
          mark(counts.keyAt(place), true);
        }
      }
    }
    for (int word = 0; word < candidates.length; word++) {
      candidates[word] &= ~bits[word];
    }
  }
}
