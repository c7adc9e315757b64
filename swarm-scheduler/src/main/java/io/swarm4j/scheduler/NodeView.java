package io.swarm4j.scheduler;

import io.swarm4j.model.Node;
import io.swarm4j.model.ServiceId;
import java.util.Objects;

/** A node as filters and scorers see it; one object that is moved from node to node. */
final class NodeView implements NodeUsage {
  private final ClusterModel model;
  private TaskGroup group;
  private int slot;

  @SuppressWarnings("NullAway") // set by of before anybody sees it
  NodeView(ClusterModel model) {
    this.model = model;
  }

  NodeView of(TaskGroup newGroup, int newSlot) {
    group = newGroup;
    slot = newSlot;
    return this;
  }

  @Override
  public Node node() {
    return Objects.requireNonNull(model.nodes.nodeIn(slot));
  }

  @Override
  public long freeNanoCpus() {
    return model.nodes.freeCpu[slot];
  }

  @Override
  public long freeMemoryBytes() {
    return model.nodes.freeMemory[slot];
  }

  @Override
  public int tasks() {
    return model.nodes.tasks[slot];
  }

  @Override
  public int tasksOfService() {
    return group.service.counts.get(slot);
  }

  @Override
  public int tasksOf(ServiceId service) {
    return model.tasksOf(service, slot);
  }
}
