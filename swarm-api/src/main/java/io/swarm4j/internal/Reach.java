package io.swarm4j.internal;

import io.swarm4j.Logs;
import io.swarm4j.agent.BlockingWork;
import io.swarm4j.agent.protocol.NodeStreams;
import io.swarm4j.event.AuditTrail;
import io.swarm4j.store.ChangeFeed;
import io.swarm4j.store.View;
import io.swarm4j.stream.AccessPolicy;
import io.swarm4j.stream.LogBroker;
import io.swarm4j.stream.LogQuery;
import io.swarm4j.stream.LogReceiver;
import io.swarm4j.stream.LogSource;
import io.swarm4j.stream.TaskConsole;
import io.swarm4j.time.Loop;
import io.swarm4j.time.Time;
import io.swarm4j.time.VirtualTime;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The ways from a manager into the tasks of its swarm, and the threads on which they go. */
final class Reach implements AutoCloseable {
  private final Waiting waiting;
  private final Loop loop;
  private final @Nullable BlockingWork work;
  private final Executor threads;
  private final LogBroker broker;
  private final TaskConsole console;
  private final Set<QueuedLogs> readings = ConcurrentHashMap.newKeySet();

  Reach(
      String name,
      Waiting waiting,
      NodeStreams streams,
      Supplier<View> views,
      Supplier<ChangeFeed> changes,
      AccessPolicy policy,
      AuditTrail audit) {
    this.waiting = waiting;
    Time time = waiting.time();
    this.loop = time.newLoop("swarm-" + name + "-streams");
    this.work =
        time instanceof VirtualTime
            ? null // nothing may block there, and nothing does
            : new BlockingWork(time, "swarm-" + name + "-io", loop);
    this.threads = work == null ? loop : work;
    this.broker = new LogBroker(loop, streams, views, changes);
    this.console = new TaskConsole(streams, time::now, threads, policy, audit);
  }

  TaskConsole console() {
    return console;
  }

  Logs logs(LogSource source, LogQuery query) {
    QueuedLogs queued = new QueuedLogs(waiting, readings::remove);
    readings.add(queued);
    queued.begin(broker.read(source, query, queued));
    return queued;
  }

  AutoCloseable logs(LogSource source, LogQuery query, LogReceiver receiver) {
    PushedLogs pushed = new PushedLogs(threads, receiver);
    pushed.begin(broker.read(source, query, pushed));
    return pushed;
  }

  @Override
  public void close() {
    readings.forEach(QueuedLogs::close); // their readers must not wait for ever
    if (work != null) {
      work.close();
    }
    loop.close();
  }
}
