package io.swarm4j.examples.bench;

import io.swarm4j.model.Meta;
import io.swarm4j.model.NodeId;
import io.swarm4j.model.Service;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.SlotKey;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskState;
import io.swarm4j.model.TaskStatus;
import io.swarm4j.model.TaskStatus.ContainerStatus;
import io.swarm4j.store.StoreTransaction;
import io.swarm4j.store.View;
import io.swarm4j.time.Chance;
import io.swarm4j.time.Ids;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Heap that a running task takes in the store, with all indexes, at a million tasks over 10,000
 * nodes.
 */
final class HeapBench {
  private static final int TASKS = 1_000_000;
  private static final int NODES = 10_000;
  private static final int BATCH = 4096;
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  private HeapBench() {}

  static List<Measurement> run() {
    Ids ids = new Ids(Chance.seeded(7));
    List<NodeId> nodes = new ArrayList<>();
    for (int i = 0; i < NODES; i++) {
      nodes.add(ids.node());
    }
    Service service =
        Service.create(ids.service(), ServiceSpec.of("web", "sim").withReplicas(TASKS));
    long before = used();
    View view = View.EMPTY;
    for (int from = 0; from < TASKS; from += BATCH) {
      StoreTransaction tx = new StoreTransaction(view, NOW.plusMillis(from), Integer.MAX_VALUE);
      tx.put(service);
      for (int i = from; i < Math.min(TASKS, from + BATCH); i++) {
        tx.put(running(ids, service, nodes.get(i % NODES), i + 1));
      }
      view = tx.result();
    }
    double perTask = (used() - before) / (double) TASKS;
    if (view.taskCount() != TASKS) {
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

  /** As a node's report leaves it: with a time, a container and a status of its own. */
  private static Task running(Ids ids, Service service, NodeId node, int slot) {
    TaskStatus status =
        new TaskStatus(
            TaskState.RUNNING,
            NOW.plusNanos(slot),
            "started",
            "",
            null,
            new ContainerStatus("c" + slot, 0, null, List.of()));
    return new Task(
        ids.task(),
        Meta.NEW,
        service.id(),
        1,
        new SlotKey.Numbered(slot),
        node,
        TaskState.RUNNING,
        status,
        List.of(),
        List.of(),
        0,
        1);
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
