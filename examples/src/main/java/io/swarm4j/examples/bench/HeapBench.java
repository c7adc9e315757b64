package io.swarm4j.examples.bench;

import io.swarm4j.store.View;
import java.util.List;

/**
 * Heap that a running task takes in the store, with all indexes, at a million tasks over 10,000
 * nodes.
 */
final class HeapBench {
  private HeapBench() {}

  static List<Measurement> run() {
    long before = used();
    View view = MillionTasks.view();
    double perTask = (used() - before) / (double) MillionTasks.TASKS;
    if (view.taskCount() != MillionTasks.TASKS) {
      throw new IllegalStateException("the view holds " + view.taskCount() + " tasks");
    }
    return List.of(
        new Measurement(
            "heap: per task at 1M tasks",
            "bytes",
            new double[] {perTask},
            false,
            500,
            "about 15,000 bytes"));
  }

  private static long used() {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 4; i++) {
      System.gc();
      Runtime runtime = Runtime.getRuntime();
      least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
    }
    return least;
  }
}
