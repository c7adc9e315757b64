package io.swarm4j.agent;

import io.swarm4j.agent.protocol.FromTask;
import io.swarm4j.agent.protocol.FromTask.Cause;
import io.swarm4j.agent.protocol.FromTask.End;
import io.swarm4j.agent.protocol.FromTask.Outcome;
import io.swarm4j.agent.protocol.TaskRequest;
import io.swarm4j.agent.protocol.ToManager;
import io.swarm4j.agent.protocol.ToTask;
import io.swarm4j.model.TaskId;
import io.swarm4j.time.Loop;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The node's end of the streams that a manager has opened in one session. For use on the agent's
 * loop only.
 */
final class TaskStreams {
  private final Loop loop;
  private final long session;
  private final Function<TaskId, @Nullable Container> containers;
  private final Consumer<ToManager.StreamPart> out;
  private final Map<Long, OpenStream> open = new LinkedHashMap<>();

  /**
   * Without streams yet.
   *
   * @param out sends to the manager; called on the loop
   */
  TaskStreams(
      Loop loop,
      long session,
      Function<TaskId, @Nullable Container> containers,
      Consumer<ToManager.StreamPart> out) {
    this.loop = loop;
    this.session = session;
    this.containers = containers;
    this.out = out;
  }

  void hear(long id, ToTask part) {
    OpenStream stream = open.get(id);
    if (part instanceof ToTask.Open begin) {
      open(id, begin);
    } else if (stream == null) {
      return; // it is over, which the manager will learn or has just decided
    } else if (part instanceof ToTask.Cancel) {
      open.remove(id);
      stream.cancel();
    } else {
      stream.hear(part);
    }
  }

  private void open(long id, ToTask.Open begin) {
    TaskRequest request = begin.request();
    Container container = containers.apply(request.task());
    if (container == null) {
      String text = "the node has nothing of task " + request.task() + " yet, or no longer";
      send(id, new End(new Outcome.Failed(Cause.NO_SUCH_TASK, text)));
      return;
    }
    Consumer<FromTask> sender = part -> send(id, part);
    OpenStream stream;
    if (request instanceof TaskRequest.ReadLogs logs) {
      stream = new LogStream(loop, begin.credit(), sender, logs.options());
    } else if (request instanceof TaskRequest.Exec exec) {
      stream =
          new InteractiveStream(
              loop,
              begin.credit(),
              sender,
              exec.spec().stdin(),
              streams -> container.exec(exec.spec(), streams));
    } else if (request instanceof TaskRequest.Attach attach) {
      stream =
          new InteractiveStream(loop, begin.credit(), sender, attach.stdin(), container::attach);
    } else if (request instanceof TaskRequest.Stop stop) {
      container.stop(stop.grace()).whenComplete((done, failure) -> finished(id, failure));
      return;
    } else {
      TaskRequest.Signal signal = (TaskRequest.Signal) request;
      container.signal(signal.name()).whenComplete((done, failure) -> finished(id, failure));
      return;
    }
    open.put(id, stream);
    stream.start(container);
  }

  private void finished(long id, @Nullable Throwable failure) {
    Outcome outcome =
        failure == null ? new Outcome.Done() : new Outcome.Failed(Cause.REFUSED, text(failure));
    loop.execute(() -> send(id, new End(outcome)));
  }

  private void send(long id, FromTask part) {
    if (part instanceof End) {
      open.remove(id);
    }
    out.accept(new ToManager.StreamPart(session, id, part));
  }

  /** The session is over, and so are its streams. */
  void close() {
    List<OpenStream> all = List.copyOf(open.values());
    open.clear();
    all.forEach(OpenStream::cancel);
  }

  static String text(Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    return cause.getMessage() == null ? cause.toString() : cause.getMessage();
  }

  /** One stream. */
  interface OpenStream {

    /** Begins; called once. */
    void start(Container container);

    /** Takes what the manager says. */
    void hear(ToTask part);

    /** Ends it without a further word. */
    void cancel();
  }
}
