package io.swarm4j.stream;

import io.swarm4j.agent.LogLine;
import io.swarm4j.agent.protocol.FromTask;
import io.swarm4j.agent.protocol.FromTask.Outcome;
import io.swarm4j.agent.protocol.NodeStreams;
import io.swarm4j.model.Node;
import io.swarm4j.model.Node.NodeState;
import io.swarm4j.model.NodeId;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskId;
import io.swarm4j.model.TaskState;
import io.swarm4j.store.Change;
import io.swarm4j.store.View;
import io.swarm4j.time.Loop;
import io.swarm4j.time.Timer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One reading of the output of many tasks: opens the logs of those that match, now and later, and
 * hands their lines on in order of time. All state lives on one loop, on which the receiver is
 * called, too.
 */
final class LogReading implements LogSubscription {
  /** How long a log that is not followed may say nothing before it is counted as missing. */
  static final Duration PATIENCE = Duration.ofSeconds(10);

  /** How long the lines of others wait for the first word of a log that is followed. */
  static final Duration FIRST_WORD = Duration.ofSeconds(2);

  private final Loop loop;
  private final NodeStreams streams;
  private final Supplier<View> views;
  private final LogSource source;
  private final LogQuery query;
  private final LogReceiver receiver;
  private final LogMerge<LogFeed> merge = new LogMerge<>();
  private final Map<TaskId, LogFeed> feeds = new LinkedHashMap<>();
  private final List<LogGap> gaps = new ArrayList<>();
  private AutoCloseable watch = () -> {};
  private Timer wake = Timer.NONE;
  private @Nullable Instant wakeAt;
  private boolean pumping;
  private long demand;
  private boolean begun;
  private boolean over;

  LogReading(
      Loop loop,
      NodeStreams streams,
      Supplier<View> views,
      LogSource source,
      LogQuery query,
      LogReceiver receiver) {
    this.loop = loop;
    this.streams = streams;
    this.views = views;
    this.source = source;
    this.query = query;
    this.receiver = receiver;
  }

  /** Opens what there is. Loop only. */
  void begin(View view, AutoCloseable newWatch) {
    watch = newWatch;
    if (over) {
      close(newWatch);
      return;
    }
    begun = true;
    for (Task task : source.tasks(view)) {
      consider(view, task);
    }
    if (query.follow() && query.until() != null) {
      loop.schedule(
          Duration.between(loop.now(), query.until()).plus(LogMerge.WINDOW), this::finishAll);
    }
    pump();
  }

  private void finishAll() {
    feeds.values().forEach(LogFeed::finish);
    pump();
  }

  /** Follows what has changed. Loop only. */
  void changed(View view, List<Change> changes) {
    if (over) {
      return;
    }
    for (Change change : changes) {
      if (change.latest() instanceof Task task && source.contains(view, task)) {
        if (change.after() == null) {
          forget(task.id());
        } else {
          consider(view, task);
        }
      } else if (change.after() instanceof Node node
          && node.status().state() == NodeState.READY
          && !(change.before() instanceof Node was && was.status().state() == NodeState.READY)) {
        resume(node.id());
      }
    }
    pump();
  }

  private void forget(TaskId id) {
    LogFeed feed = feeds.get(id);
    if (feed != null && !feed.isOpen()) {
      feed.finish();
    }
  }

  private void resume(NodeId node) {
    for (LogFeed feed : feeds.values()) {
      if (feed.origin.node().equals(node) && !feed.isOpen() && !feed.isFinished()) {
        open(feed);
      }
    }
  }

  private void consider(View view, Task task) {
    Node node = task.nodeId() == null ? null : view.node(task.nodeId());
    if (!query.wants(task, node)) {
      return;
    }
    if (node == null || task.state().isBefore(TaskState.ASSIGNED)) {
      if (!query.follow() && task.isDesiredAlive()) {
        gap(notScheduled(view, task));
      }
      return;
    }
    LogFeed feed = feeds.get(task.id());
    if (feed == null) {
      feed = new LogFeed(origin(view, task, node), merge);
      feeds.put(task.id(), feed);
      open(feed);
    } else if (!feed.isOpen() && !feed.isFinished()) {
      if (node.status().state() == NodeState.READY) {
        open(feed);
      } else if (task.state().isTerminal()) {
        feed.finish();
      }
    }
  }

  private static LogGap notScheduled(View view, Task task) {
    return new LogGap(
        task.id(),
        view.nameOf(task),
        null,
        "",
        LogGap.Cause.NOT_SCHEDULED,
        "it has no node: " + task.status().reason());
  }

  private static LogEntry.Origin origin(View view, Task task, Node node) {
    return new LogEntry.Origin(
        task.id(),
        view.nameOf(task),
        task.serviceId(),
        task.slot(),
        node.id(),
        node.hostname(),
        task.specVersion(),
        task.iteration());
  }

  private void open(LogFeed feed) {
    feed.open(streams, query, part -> loop.execute(() -> hear(feed, part)));
    watchOver(feed, feed.messages());
  }

  /** Lines of others must not wait for ever for a log that says nothing. */
  private void watchOver(LogFeed feed, long seen) {
    loop.schedule(
        query.follow() ? FIRST_WORD : PATIENCE,
        () -> {
          if (over || !feed.isOpen()) {
            return;
          }
          if (!merge.awaits(feed.input) || feed.messages() != seen) {
            watchOver(feed, feed.messages());
          } else if (query.follow()) {
            feed.input.catchUp();
          } else {
            feed.finish();
            gap(feed, LogGap.Cause.NODE_UNREACHABLE, "no answer within " + PATIENCE);
          }
          pump();
        });
  }

  private void hear(LogFeed feed, FromTask part) {
    if (over || !feed.isOpen()) {
      return;
    }
    if (part instanceof FromTask.Lines lines) {
      feed.lines(lines.lines(), loop.now());
    } else if (part instanceof FromTask.CaughtUp) {
      if (query.follow()) {
        feed.input.catchUp();
      }
    } else if (part instanceof FromTask.End end) {
      ended(feed, end.outcome());
    }
    pumpSoon();
  }

  /** Once for all that has arrived by then: what tasks say comes in many small messages. */
  private void pumpSoon() {
    if (!pumping) {
      pumping = true;
      loop.execute(
          () -> {
            pumping = false;
            pump();
          });
    }
  }

  private void ended(LogFeed feed, Outcome outcome) {
    feed.cutOff();
    if (!(outcome instanceof Outcome.Failed failed)) {
      feed.finish();
      return;
    }
    LogGap.Cause cause =
        switch (failed.cause()) {
          case NODE_UNREACHABLE, TIMED_OUT -> LogGap.Cause.NODE_UNREACHABLE;
          case NO_SUCH_TASK -> LogGap.Cause.NOTHING_THERE;
          case REFUSED -> LogGap.Cause.REFUSED;
        };
    if (!query.follow() || cause == LogGap.Cause.REFUSED || !mayStillCome(feed)) {
      feed.finish();
    } else if (cause == LogGap.Cause.NOTHING_THERE) {
      return; // the node is about to take it up
    }
    gap(feed, cause, failed.text());
  }

  private boolean mayStillCome(LogFeed feed) {
    Task task = views.get().task(feed.origin.task());
    return task != null && !task.state().isTerminal();
  }

  private void gap(LogFeed feed, LogGap.Cause cause, String text) {
    LogEntry.Origin from = feed.origin;
    gap(new LogGap(from.task(), from.name(), from.node(), from.hostname(), cause, text));
  }

  private void gap(LogGap gap) {
    gaps.add(gap);
    receiver.gap(gap);
  }

  private void pump() {
    if (over || !begun) {
      return;
    }
    Instant now = loop.now();
    while (demand > 0 && !over) {
      LogMerge.Next<LogFeed> next = merge.poll(now);
      if (next == null) {
        break;
      }
      deliver(next.owner(), next.line());
    }
    if (over) {
      return;
    }
    if (merge.isEmpty() && isComplete()) {
      over = true;
      close(watch);
      receiver.end(List.copyOf(gaps));
    } else {
      wakeUpInTime(now);
    }
  }

  private void deliver(LogFeed feed, LogLine line) {
    feed.taken(line);
    if (query.isOver(line.at())) {
      feed.finish();
    } else {
      demand--;
      receiver.entry(new LogEntry(line.at(), line.stream(), line.bytes(), feed.origin));
    }
  }

  private boolean isComplete() {
    boolean all = feeds.values().stream().allMatch(LogFeed::isFinished);
    if (!query.follow() || !all) {
      return all;
    }
    if (query.isOver(loop.now())) {
      return true;
    }
    View view = views.get();
    return !source.mayGrow(view)
        && source.tasks(view).stream()
            .allMatch(task -> feeds.containsKey(task.id()) || task.state().isTerminal());
  }

  /** A timer that comes too early does no harm, and is cheaper than one that is set anew. */
  private void wakeUpInTime(Instant now) {
    Instant at = demand > 0 ? merge.wakeAt() : null;
    if (at == null || (wakeAt != null && !at.isBefore(wakeAt))) {
      return;
    }
    wake.cancel();
    wakeAt = at;
    wake =
        loop.schedule(
            Duration.between(now, at),
            () -> {
              wakeAt = null;
              pump();
            });
  }

  @Override
  public void request(long lines) {
    loop.execute(
        () -> {
          demand = demand + lines < 0 ? Long.MAX_VALUE : demand + lines;
          pump();
        });
  }

  @Override
  public void close() {
    loop.execute(
        () -> {
          if (!over) {
            over = true;
            wake.cancel();
            close(watch);
            feeds.values().forEach(LogFeed::finish);
          }
        });
  }

  private static void close(@Nullable AutoCloseable watch) {
    try {
      if (watch != null) {
        watch.close();
      }
    } catch (Exception impossible) {
      throw new IllegalStateException("a watch closes without fail", impossible);
    }
  }
}
