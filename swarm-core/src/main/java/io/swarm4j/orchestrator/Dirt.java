package io.swarm4j.orchestrator;

import io.swarm4j.model.Node;
import io.swarm4j.model.Service;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskSpec;
import io.swarm4j.store.State;

/**
 * Tells which tasks a service's present spec asks to replace: those whose task or endpoint spec
 * differs, unless only the placement does and their node satisfies the new one. Replicas, labels
 * and policies replace nothing.
 */
public final class Dirt {
  private Dirt() {}

  /** Whether {@code task} is to be replaced by one with the present spec. */
  public static boolean isDirty(State state, Service service, Task task) {
    if (task.specVersion() == service.specVersion()) {
      return false;
    }
    ServiceSpec old = service.specAt(task.specVersion());
    ServiceSpec now = service.spec();
    if (old == null) {
      return true;
    }
    TaskSpec oldTask = old.task();
    TaskSpec newTask = now.task();
    if (oldTask == newTask && old.endpoint() == now.endpoint()) {
      return false;
    }
    if (!old.endpoint().equals(now.endpoint())) {
      return true;
    }
    if (oldTask.equals(newTask)) {
      return false;
    }
    if (!oldTask.withPlacement(newTask.placement()).equals(newTask) || task.nodeId() == null) {
      return true;
    }
    Node node = state.node(task.nodeId());
    return node == null || !newTask.placement().allows(node);
  }
}
