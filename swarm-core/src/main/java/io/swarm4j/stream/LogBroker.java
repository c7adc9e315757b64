package io.swarm4j.stream;

import io.swarm4j.agent.protocol.NodeStreams;
import io.swarm4j.model.Node;
import io.swarm4j.model.Service;
import io.swarm4j.model.Task;
import io.swarm4j.store.Change;
import io.swarm4j.store.ChangeFeed;
import io.swarm4j.store.Commit;
import io.swarm4j.store.View;
import io.swarm4j.time.Loop;
import java.util.List;
import java.util.function.Supplier;

/**
 * Reads the output of tasks, wherever they run, as one: merged by time, filtered, with what is
 * missing named.
 *
 * <p>Lines of one task keep their order. Those of different tasks are ordered by the clocks of
 * their nodes; while they are followed, a line that arrives more than 100 ms late comes out of
 * order rather than not at all. Thread-safe.
 */
public final class LogBroker {
  private final Loop loop;
  private final NodeStreams streams;
  private final Supplier<View> views;
  private final Supplier<ChangeFeed> changes;

  /**
   * A broker that reads by way of a manager.
   *
   * @param loop on which lines are merged, which is not the manager's own
   * @param streams reaches the nodes
   * @param views the newest committed state
   * @param changes what follows on it
   */
  public LogBroker(
      Loop loop, NodeStreams streams, Supplier<View> views, Supplier<ChangeFeed> changes) {
    this.loop = loop;
    this.streams = streams;
    this.views = views;
    this.changes = changes;
  }

  /**
   * Begins a reading. Nothing comes before it is requested.
   *
   * @param receiver called on the broker's loop; must not block
   */
  public LogSubscription read(LogSource source, LogQuery query, LogReceiver receiver) {
    LogReading reading = new LogReading(loop, streams, views, source, query, receiver);
    loop.execute(
        () -> {
          View view = views.get();
          reading.begin(view, query.follow() ? follow(reading, view) : () -> {});
        });
    return reading;
  }

  private AutoCloseable follow(LogReading reading, View view) {
    return changes.get().watch(view.revision(), LogBroker::matters, loop, new Follower(reading));
  }

  private static boolean matters(Change change) {
    return change.latest() instanceof Task
        || change.latest() instanceof Node
        || change.latest() instanceof Service;
  }

  private final class Follower implements ChangeFeed.Listener {
    private final LogReading reading;

    Follower(LogReading reading) {
      this.reading = reading;
    }

    @Override
    public void changed(Commit commit, List<Change> commitChanges) {
      reading.changed(commit.after(), commitChanges);
    }

    @Override
    public void lost(long revision) {
      View view = views.get();
      reading.begin(view, follow(reading, view));
    }
  }
}
