package io.swarm4j.engine;

import io.swarm4j.Swarm;
import io.swarm4j.engine.http.Sink;
import io.swarm4j.engine.json.Json;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskState;
import io.swarm4j.model.TaskStatus.ContainerStatus;
import io.swarm4j.store.Change;
import io.swarm4j.store.ChangeFeed;
import io.swarm4j.store.Commit;
import io.swarm4j.store.View;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Tells a client once the container of a task has ended, and with which exit code. */
final class ContainerExit implements ChangeFeed.Listener {
  private final Swarm swarm;
  private final boolean removal;
  private final Sink sink;
  private Task last;

  private ContainerExit(Swarm swarm, Task task, boolean removal, Sink sink) {
    this.swarm = swarm;
    this.last = task;
    this.removal = removal;
    this.sink = sink;
  }

  /**
   * Follows a task until the client goes away.
   *
   * @param removal whether to wait until nothing is left of it, too
   */
  static void tell(Swarm swarm, Task task, boolean removal, Sink sink) {
    new ContainerExit(swarm, task, removal, sink).follow();
  }

  private void follow() {
    View view = swarm.view();
    if (!look(view.task(last.id()))) {
      AutoCloseable watch = swarm.watch(view.revision(), this::concerns, this);
      sink.whenEnded(() -> close(watch));
    }
  }

  private static void close(AutoCloseable watch) {
    try {
      watch.close();
    } catch (Exception failed) {
      throw new IllegalStateException("a watch could not be ended", failed);
    }
  }

  private boolean concerns(Change change) {
    return change.id().equals(last.id());
  }

  @Override
  public void changed(Commit commit, List<Change> changes) {
    look(commit.after().task(last.id()));
  }

  @Override
  public void lost(long revision) {
    follow();
  }

  /** Whether it is over, which is told then. */
  private synchronized boolean look(@Nullable Task now) {
    if (now != null) {
      last = now;
    }
    if (now != null && (removal || !now.state().isAfter(TaskState.RUNNING))) {
      return false;
    }
    ContainerStatus status = last.status().container();
    Integer code = status == null ? null : status.exitCode();
    sink.write(Json.bytes(Json.object().put("StatusCode", code == null ? 0 : code)));
    sink.end();
    return true;
  }
}
