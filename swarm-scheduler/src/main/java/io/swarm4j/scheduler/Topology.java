package io.swarm4j.scheduler;

import io.swarm4j.model.Node;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * The values that nodes have for one label, as numbers by slot; a node without the label counts as
 * one with an empty value.
 */
final class Topology {
  private static final String ENGINE = "engine.labels.";
  private static final String NODE = "node.labels.";

  private final NodeTable table;
  private final boolean ofEngine;
  private final String label;
  private final Map<String, Integer> numbers = new HashMap<>();
  private int[] values = new int[0];
  private long seen;

  /** Of a descriptor such as {@code node.labels.zone}; its prefix goes without regard to case. */
  Topology(NodeTable table, String descriptor) {
    this.table = table;
    this.ofEngine = descriptor.toLowerCase(Locale.ROOT).startsWith(ENGINE);
    this.label = descriptor.substring(ofEngine ? ENGINE.length() : NODE.length());
    this.seen = -1;
  }

  /** The value of each slot as it is now. */
  int[] values() {
    Journal changes = table.natureChanges;
    if (seen < 0 || !changes.keeps(seen)) {
      for (int slot = 0; slot < table.slotCount(); slot++) {
        read(slot);
      }
    } else {
      for (long at = seen; at < changes.end(); at++) {
        read(changes.at(at));
      }
    }
    seen = changes.end();
    return values;
  }

  private void read(int slot) {
    if (slot >= values.length) {
      values = Arrays.copyOf(values, Math.max(slot + 1, table.slotCount()));
    }
    Node node = table.nodeIn(slot);
    if (node != null) {
      Map<String, String> labels =
          ofEngine ? node.description().engineLabels() : node.spec().labels();
      values[slot] = numbers.computeIfAbsent(labels.getOrDefault(label, ""), any -> numbers.size());
    }
  }
}
