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

/** The state of a swarm with a million running tasks of one service on 10,000 nodes. */
final class MillionTasks {
  static final int TASKS = 1_000_000;
  private static final int NODES = 10_000;
  private static final int BATCH = 4096;
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  private MillionTasks() {}

  static View view() {
    Ids ids = new Ids(Chance.seeded(7));
    List<NodeId> nodes = new ArrayList<>();
    for (int i = 0; i < NODES; i++) {
      nodes.add(ids.node());
    }
    Service service =
        Service.create(ids.service(), ServiceSpec.of("web", "sim").withReplicas(TASKS));
    View view = View.EMPTY;
    for (int from = 0; from < TASKS; from += BATCH) {
      StoreTransaction tx = new StoreTransaction(view, NOW.plusMillis(from), Integer.MAX_VALUE);
      tx.put(service);
      for (int i = from; i < Math.min(TASKS, from + BATCH); i++) {
        tx.put(running(ids, service, nodes.get(i % NODES), i + 1));
      }
      view = tx.result();
    }
    return view;
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
}
