package io.swarm4j.engine;

import io.swarm4j.Swarm;
import io.swarm4j.engine.json.Digests;
import io.swarm4j.model.InvalidSpecException;
import io.swarm4j.model.Node;
import io.swarm4j.model.NodeId;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskId;
import io.swarm4j.store.View;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The containers of tasks: what runs a task, by whichever runtime, under the name that the
 * reference gives it: {@code web.4.<task id>}.
 *
 * @param view the state that is looked at
 * @param self the node that is asked; its own containers come first
 * @param index finds containers by their ids
 */
record TaskContainers(View view, NodeId self, PerSwarm<ContainerIndex> index) {

  static TaskContainers of(Access access) {
    Swarm swarm = access.member();
    Node self = access.seat().self();
    if (self == null) {
      throw new ApiException(503, "this node is not part of a swarm");
    }
    return new TaskContainers(swarm.view(), self.id(), access.containers());
  }

  /** All that this node has, or had and still remembers. */
  List<Task> here() {
    return on(self);
  }

  List<Task> on(NodeId node) {
    return view.tasksOn(node).stream().filter(task -> task.status().container() != null).toList();
  }

  List<Task> everywhere() {
    return view.tasks().stream().filter(task -> task.status().container() != null).toList();
  }

  /**
   * Finds a container by whole id, name, or unique prefix of its id: on this node, else on any.
   *
   * @throws ApiException 404 if there is none
   */
  Task find(String reference) {
    Task named = named(reference.startsWith("/") ? reference.substring(1) : reference);
    if (named != null) {
      return named;
    }
    List<Task> found = reference.isEmpty() ? List.of() : index.get().startingWith(reference, view);
    for (Predicate<Task> near : List.<Predicate<Task>>of(this::isHere, task -> true)) {
      List<Task> candidates = found.stream().filter(near).toList();
      if (candidates.size() == 1
          || candidates.stream().anyMatch(task -> id(task).equals(reference))) {
        return candidates.get(0); // the one whose whole id it is comes first
      } else if (candidates.size() > 1) {
        throw new ApiException(
            400, "multiple IDs found with provided prefix: " + reference + "; name more of the ID");
      }
    }
    throw new ApiException(404, "No such container: " + reference);
  }

  /** Names end with the id of the task, so that none has to be looked for. */
  private @Nullable Task named(String name) {
    try {
      Task task = view.task(TaskId.parse(name.substring(name.lastIndexOf('.') + 1)));
      boolean found = task != null && task.status().container() != null && name(task).equals(name);
      return found ? task : null;
    } catch (InvalidSpecException noName) {
      return null;
    }
  }

  private boolean isHere(Task task) {
    return self.equals(task.nodeId());
  }

  String name(Task task) {
    return view.nameOf(task) + "." + task.id();
  }

  static String id(Task task) {
    return Digests.containerId(task);
  }
}
