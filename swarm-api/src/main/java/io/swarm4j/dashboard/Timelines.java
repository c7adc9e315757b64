package io.swarm4j.dashboard;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.swarm4j.Swarm;
import io.swarm4j.event.SwarmEvent;
import io.swarm4j.model.SwarmException;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What tasks went through, bounded in tasks and in steps per task. Thread-safe. */
final class Timelines implements AutoCloseable {
  private static final int MOST_TASKS = 4000;
  private static final int MOST_STEPS = 40;

  private final AutoCloseable watch;
  private final Map<TaskId, ArrayDeque<ObjectNode>> steps =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<TaskId, ArrayDeque<ObjectNode>> eldest) {
          return size() > MOST_TASKS;
        }
      };

  Timelines(Swarm swarm) {
    watch = swarm.watch(this::happened);
  }

  private synchronized void happened(SwarmEvent event) {
    if (event instanceof SwarmEvent.TaskCreated created) {
      add(created.task());
    } else if (event instanceof SwarmEvent.TaskChanged changed) {
      add(changed.after());
    } else if (event instanceof SwarmEvent.TaskDeleted deleted) {
      steps.remove(deleted.task().id());
    }
  }

  private void add(Task task) {
    ArrayDeque<ObjectNode> of = steps.computeIfAbsent(task.id(), id -> new ArrayDeque<>());
    ObjectNode step = StateJson.step(task);
    if (of.isEmpty() || !of.getLast().equals(step)) {
      of.addLast(step);
    }
    if (of.size() > MOST_STEPS) {
      of.removeFirst();
    }
  }

  /** The steps of a task, oldest first; at least where it is now. */
  synchronized List<ObjectNode> of(Task task) {
    ArrayDeque<ObjectNode> known = steps.get(task.id());
    return known == null ? List.of(StateJson.step(task)) : new ArrayList<>(known);
  }

  @Override
  public void close() {
    try {
      watch.close();
    } catch (Exception failed) {
      throw new SwarmException("the dashboard's watch could not be ended", failed);
    }
  }
}
