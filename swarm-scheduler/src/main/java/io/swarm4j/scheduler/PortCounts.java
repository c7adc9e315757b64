package io.swarm4j.scheduler;

import io.swarm4j.model.PortSpec;
import io.swarm4j.model.PortSpec.PublishMode;
import java.util.List;

/** Ports that tasks have open on their node itself, with how many tasks each. */
final class PortCounts {
  static final int[] NONE = new int[0];

  private final Counts uses = new Counts();

  /** The ports that a task with these published ports opens on its node, as numbers. */
  static int[] of(List<PortSpec> ports) {
    return ports.stream()
        .filter(port -> port.publishMode() == PublishMode.HOST && port.published() != 0)
        .mapToInt(port -> port.protocol().ordinal() << 16 | port.published())
        .toArray();
  }

  boolean anyOf(int[] ports) {
    for (int port : ports) {
      if (uses.get(port) > 0) {
        return true;
      }
    }
    return false;
  }

  void open(int[] ports) {
    for (int port : ports) {
      uses.increment(port);
    }
  }

  void close(int[] ports) {
    for (int port : ports) {
      uses.decrement(port);
    }
  }
}
