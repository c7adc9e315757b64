package io.swarm4j.node;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.Status;
import io.swarm4j.agent.protocol.FromTask;
import io.swarm4j.agent.protocol.FromTask.Cause;
import io.swarm4j.agent.protocol.FromTask.Outcome;
import io.swarm4j.agent.protocol.NodeStreams;
import io.swarm4j.agent.protocol.ToTask;
import io.swarm4j.dispatcher.Manager;
import io.swarm4j.node.NodeProtocol.FromStream;
import io.swarm4j.node.NodeProtocol.ToStream;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Leads the streams of managers that do not lead to the nodes, which have their sessions here.
 *
 * <p>How much may be under way is bounded by what the ends of each stream grant each other.
 */
final class StreamCalls implements ServerCallHandler<ToStream, FromStream> {
  private static final NodeStreams.Stream OPENING = part -> {};

  private final Manager manager;

  StreamCalls(Manager manager) {
    this.manager = manager;
  }

  @Override
  public ServerCall.Listener<ToStream> startCall(
      ServerCall<ToStream, FromStream> call, Metadata headers) {
    Call mine = new Call(call);
    call.request(1);
    return mine;
  }

  /** All streams of one manager. */
  private final class Call extends ServerCall.Listener<ToStream> {
    private final ServerCall<ToStream, FromStream> call;
    private final Outbox<FromStream> outbox;
    private final Map<Long, NodeStreams.Stream> streams = new ConcurrentHashMap<>();

    Call(ServerCall<ToStream, FromStream> call) {
      this.call = call;
      this.outbox = Outbox.unlimited(call);
    }

    @Override
    public void onMessage(ToStream message) {
      long id = message.stream();
      if (message.part() instanceof ToTask.Open open) {
        open(id, message, open);
      } else {
        boolean last = message.part() instanceof ToTask.Cancel;
        NodeStreams.Stream stream = last ? streams.remove(id) : streams.get(id);
        if (stream != null) {
          stream.send(message.part());
        }
      }
      call.request(1);
    }

    private void open(long id, ToStream message, ToTask.Open open) {
      if (!manager.isLeading()) {
        String why = "the manager that was asked does not lead the swarm any more";
        say(id, new FromTask.End(new Outcome.Failed(Cause.NODE_UNREACHABLE, why)));
        return;
      }
      streams.put(id, OPENING);
      NodeStreams.Stream stream =
          manager
              .dispatcher()
              .streams()
              .open(message.node(), open.request(), open.credit(), part -> say(id, part));
      streams.replace(id, OPENING, stream); // unless it has ended meanwhile
    }

    private void say(long id, FromTask part) {
      if (part instanceof FromTask.End) {
        streams.remove(id);
      }
      outbox.send(new FromStream(id, part));
    }

    @Override
    public void onReady() {
      outbox.drain();
    }

    @Override
    public void onHalfClose() {
      outbox.close(Status.OK, new Metadata());
      ended();
    }

    @Override
    public void onCancel() {
      outbox.cancelled();
      ended();
    }

    private void ended() {
      streams.values().forEach(stream -> stream.send(new ToTask.Cancel()));
      streams.clear();
    }
  }
}
