package io.swarm4j.dispatcher;

import io.swarm4j.agent.protocol.FromTask;
import io.swarm4j.agent.protocol.FromTask.Cause;
import io.swarm4j.agent.protocol.FromTask.Outcome;
import io.swarm4j.agent.protocol.NodeStreams;
import io.swarm4j.agent.protocol.TaskRequest;
import io.swarm4j.agent.protocol.ToManager;
import io.swarm4j.agent.protocol.ToNode;
import io.swarm4j.agent.protocol.ToTask;
import io.swarm4j.model.NodeId;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Leads the streams of all open sessions to who listens to them, past the manager's loop.
 *
 * <p>Thread-safe, but that the dispatcher opens and closes sessions on its loop.
 */
final class StreamSwitch implements NodeStreams {
  private final Map<NodeId, Session> sessions = new ConcurrentHashMap<>();
  private final AtomicLong lastStream = new AtomicLong();

  /** A session has been opened. */
  void opened(Session session) {
    sessions.put(session.node, session);
  }

  /** A session has ended, and with it all its streams. */
  void closed(Session session, String why) {
    sessions.remove(session.node, session);
    session.streams.keySet().forEach(id -> cutOff(session, id, why));
  }

  private static void cutOff(Session session, long id, String why) {
    Listener listener = session.streams.remove(id);
    if (listener != null) {
      listener.hear(end("node " + session.node + " is not available: " + why));
    }
  }

  private static FromTask.End end(String text) {
    return new FromTask.End(new Outcome.Failed(Cause.NODE_UNREACHABLE, text));
  }

  @Override
  public Stream open(NodeId node, TaskRequest request, long credit, Consumer<FromTask> receiver) {
    Listener listener = new Listener(receiver);
    Session session = sessions.get(node);
    if (session == null) {
      listener.hear(end("node " + node + " is not available: it has no session"));
      return part -> {};
    }
    long id = lastStream.incrementAndGet();
    session.streams.put(id, listener);
    send(session, id, new ToTask.Open(request, credit));
    if (sessions.get(node) != session) {
      cutOff(session, id, "its session has ended");
    }
    return part -> {
      if (part instanceof ToTask.Cancel ? cancel(session, id) : session.streams.containsKey(id)) {
        send(session, id, part);
      }
    };
  }

  private static boolean cancel(Session session, long id) {
    Listener listener = session.streams.remove(id);
    if (listener != null) {
      listener.close();
    }
    return listener != null;
  }

  private static void send(Session session, long id, ToTask part) {
    session.send(new ToNode.StreamPart(session.id, id, part));
  }

  /** Takes what a node says; parts of streams that are over, or not its own, are dropped. */
  void hear(@Nullable Session session, ToManager.StreamPart message) {
    if (session == null || session.id != message.session()) {
      return;
    }
    Listener listener =
        message.part() instanceof FromTask.End
            ? session.streams.remove(message.stream())
            : session.streams.get(message.stream());
    if (listener != null) {
      listener.hear(message.part());
    }
  }

  /** Calls a receiver one at a time, and no more after the end. */
  static final class Listener {
    private final Consumer<FromTask> receiver;
    private boolean over;

    Listener(Consumer<FromTask> receiver) {
      this.receiver = receiver;
    }

    synchronized void hear(FromTask part) {
      if (!over) {
        over = part instanceof FromTask.End;
        receiver.accept(part);
      }
    }

    /** Nothing more is to come. */
    synchronized void close() {
      over = true;
    }
  }
}
