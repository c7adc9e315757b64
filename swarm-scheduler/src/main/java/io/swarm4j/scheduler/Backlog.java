package io.swarm4j.scheduler;

import io.swarm4j.model.NodeId;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is left to do: groups with tasks to place, tasks to confirm, tasks to be told why they wait.
 */
final class Backlog implements ClusterModel.Listener {
  /** Groups that may find a node, in the order in which they are served. */
  final ArrayDeque<WaitingTasks> queue = new ArrayDeque<>();

  /** Groups some of whose tasks do not know yet why they wait. */
  final ArrayDeque<WaitingTasks> telling = new ArrayDeque<>();

  /** Tasks that have a node, to be confirmed. */
  final ArrayDeque<TaskId> bound = new ArrayDeque<>();

  private final Set<WaitingTasks> assessed = new LinkedHashSet<>();
  private final Map<NodeId, List<TaskId>> refused = new LinkedHashMap<>();
  private int[] eased = new int[16];
  private int easedCount;
  private boolean[] isEased = new boolean[16];
  private @Nullable ClusterModel model;

  void attach(ClusterModel newModel) {
    model = newModel;
  }

  private ClusterModel model() {
    if (model == null) {
      throw new IllegalStateException("the backlog has no model yet");
    }
    return model;
  }

  boolean isEmpty() {
    return queue.isEmpty() && telling.isEmpty() && bound.isEmpty();
  }

  @Override
  public void waits(TaskGroup group, TaskId task) {
    WaitingTasks waiting = group.waiting;
    if (waiting == null) {
      waiting = new WaitingTasks(group, model().checks);
      group.waiting = waiting;
    }
    waiting.add(task);
    if (!waiting.isAssessed()) {
      enqueue(waiting);
    } else {
      tell(waiting);
    }
  }

  @Override
  public void left(TaskGroup group) {
    WaitingTasks waiting = group.waiting;
    if (waiting != null) {
      waiting.left(model()::isWaiting);
      forgetIfDone(waiting);
    }
  }

  @Override
  public void bound(Task task) {
    bound.add(task.id());
  }

  @Override
  public void eased(int slot) {
    if (assessed.isEmpty() && refused.isEmpty()) {
      return;
    }
    if (slot >= isEased.length) {
      isEased = Arrays.copyOf(isEased, Math.max(slot + 1, isEased.length * 2));
    }
    if (!isEased[slot]) {
      isEased[slot] = true;
      if (easedCount == eased.length) {
        eased = Arrays.copyOf(eased, easedCount * 2);
      }
      eased[easedCount++] = slot;
    }
  }

  /** Lets those that wait look at the nodes that changed for the better. */
  void lookAgain() {
    if (easedCount == 0) {
      return;
    }
    for (int i = 0; i < easedCount; i++) {
      isEased[eased[i]] = false;
      List<TaskId> again = refused.remove(model().nodes.idIn(eased[i]));
      if (again != null) {
        bound.addAll(again);
      }
    }
    if (easedCount > model().nodes.slotCount() / 2) {
      assessed.forEach(this::startAfresh);
      assessed.clear();
    }
    for (WaitingTasks waiting : assessed) {
      for (int i = 0; i < easedCount; i++) {
        waiting.reassess(model().checks, eased[i]);
      }
      if (waiting.openCount() > 0) {
        enqueue(waiting);
      } else if (waiting.refresh()) {
        tell(waiting);
      }
    }
    easedCount = 0;
  }

  /** So many nodes changed that to place the tasks as if they were new asks fewer of them twice. */
  private void startAfresh(WaitingTasks waiting) {
    waiting.forgetVerdicts();
    enqueue(waiting);
  }

  private void enqueue(WaitingTasks waiting) {
    if (!waiting.isQueued) {
      waiting.isQueued = true;
      queue.add(waiting);
    }
  }

  private void tell(WaitingTasks waiting) {
    if (!waiting.isTelling) {
      waiting.isTelling = true;
      telling.add(waiting);
    }
  }

  /** The first group could not be served to its end; others come first now. */
  void postpone() {
    queue.add(queue.remove());
  }

  /** The first group needs no more nodes, or there are none for it. */
  void served() {
    WaitingTasks waiting = queue.remove();
    waiting.isQueued = false;
    if (forgetIfDone(waiting)) {
      return;
    }
    if (waiting.isAssessed()) {
      waiting.close(model().checks);
    } else {
      waiting.assess(model().checks, model().nodes.slotCount());
      assessed.add(waiting);
    }
    if (waiting.refresh()) {
      tell(waiting);
    }
  }

  /** All tasks of the first group in {@link #telling} were told. */
  void told() {
    telling.remove().isTelling = false;
  }

  /** A task's node does not take it now. */
  void refused(Task task, NodeId node) {
    refused.computeIfAbsent(node, any -> new ArrayList<>(1)).add(task.id());
  }

  private boolean forgetIfDone(WaitingTasks waiting) {
    if (!waiting.isDone()) {
      return false;
    }
    assessed.remove(waiting);
    if (waiting.group.waiting == waiting) {
      waiting.group.waiting = null;
    }
    return true;
  }
}
