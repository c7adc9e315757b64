package io.swarm4j.engine;

import io.swarm4j.Swarm;
import io.swarm4j.engine.json.Digests;
import io.swarm4j.model.StoreObject;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskId;
import io.swarm4j.model.TaskStatus.ContainerStatus;
import io.swarm4j.store.Change;
import io.swarm4j.store.ChangeFeed;
import io.swarm4j.store.Commit;
import io.swarm4j.store.View;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The tasks of a swarm by the ids of their containers, so that an id, or the beginning of one, is
 * found without a look at every task. Thread-safe.
 */
final class ContainerIndex implements AutoCloseable, ChangeFeed.Listener {
  private final Swarm swarm;
  private final NavigableMap<String, TaskId> tasks = new TreeMap<>();
  private long revision;
  private AutoCloseable watch = () -> {};

  ContainerIndex(Swarm swarm) {
    this.swarm = swarm;
    follow();
  }

  private synchronized void follow() {
    View view = swarm.view();
    tasks.clear();
    view.tasks().forEach(this::add);
    revision = view.revision();
    watch = swarm.watch(revision, change -> true, this);
  }

  private void add(Task task) {
    if (task.status().container() != null) {
      tasks.put(Digests.containerId(task), task.id());
    }
  }

  @Override
  public synchronized void changed(Commit commit, List<Change> changes) {
    for (Change change : changes) {
      if (change.latest() instanceof Task
          && !Objects.equals(container(change.before()), container(change.after()))) {
        if (change.before() instanceof Task before) {
          tasks.remove(Digests.containerId(before));
        }
        if (change.after() instanceof Task after) {
          add(after);
        }
      }
    }
    revision = commit.revision();
  }

  private static @Nullable String container(@Nullable StoreObject object) {
    ContainerStatus status = object instanceof Task task ? task.status().container() : null;
    return status == null ? null : status.id();
  }

  @Override
  public void lost(long since) {
    follow();
  }

  /**
   * The tasks whose containers have ids that begin with a text; one whose id it is comes first.
   *
   * @param view the state that is looked at: one that the index has not caught up with yet is
   *     searched as a whole
   */
  synchronized List<Task> startingWith(String prefix, View view) {
    if (revision < view.revision()) {
      return view.tasks().stream()
          .filter(task -> Digests.containerIdStartsWith(task, prefix))
          .sorted(Comparator.comparing(Digests::containerId))
          .toList();
    }
    List<Task> found = new ArrayList<>();
    for (Map.Entry<String, TaskId> entry : tasks.tailMap(prefix, true).entrySet()) {
      if (!entry.getKey().startsWith(prefix)) {
        break;
      }
      Task task = view.task(entry.getValue());
      if (task != null) {
        found.add(task);
      }
    }
    return found;
  }

  @Override
  public synchronized void close() throws Exception {
    watch.close();
  }
}
