package io.swarm4j.node;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.swarm4j.agent.protocol.FromTask;
import io.swarm4j.agent.protocol.FromTask.Cause;
import io.swarm4j.agent.protocol.FromTask.Outcome;
import io.swarm4j.agent.protocol.NodeStreams;
import io.swarm4j.agent.protocol.TaskRequest;
import io.swarm4j.agent.protocol.ToTask;
import io.swarm4j.model.NodeId;
import io.swarm4j.model.UnavailableException;
import io.swarm4j.node.NodeProtocol.FromStream;
import io.swarm4j.node.NodeProtocol.ToStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The way from a manager that does not lead to the tasks: by way of the leader, all streams over
 * one call. A stream does not outlive the leadership under which it was opened; it is not opened
 * again, for a command must not be run twice. Thread-safe.
 */
final class LeaderStreams implements NodeStreams, AutoCloseable {
  private final ManagerClient client;
  private final Supplier<@Nullable String> leader;
  private @Nullable Connection current;
  private boolean closed;

  /**
   * Connects through {@code client}.
   *
   * @param leader where the leader is found now; null if that is not known
   */
  LeaderStreams(ManagerClient client, Supplier<@Nullable String> leader) {
    this.client = client;
    this.leader = leader;
  }

  @Override
  public Stream open(NodeId node, TaskRequest request, long credit, Consumer<FromTask> receiver) {
    try {
      return connection().open(node, new ToTask.Open(request, credit), receiver);
    } catch (RuntimeException unreachable) {
      receiver.accept(lost(String.valueOf(unreachable.getMessage())));
      return part -> {};
    }
  }

  private static FromTask.End lost(String why) {
    return new FromTask.End(new Outcome.Failed(Cause.NODE_UNREACHABLE, why));
  }

  private Connection connection() {
    String address = leader.get();
    Connection former;
    Connection present;
    synchronized (this) {
      former = current;
      present = connection(address);
    }
    if (former != null && former != present) {
      former.end("another manager leads");
    }
    return present;
  }

  private Connection connection(@Nullable String address) {
    if (closed || address == null) {
      throw new UnavailableException(
          closed
              ? "this manager is closed"
              : "no manager leads the swarm that this one knows of; try again");
    }
    Connection present = current;
    if (present == null || present.ended || !present.address.equals(address)) {
      present = new Connection(address, client.open(HostPort.parse(address)));
      present.start();
      current = present;
    }
    return present;
  }

  @Override
  public void close() {
    Connection last;
    synchronized (this) {
      closed = true;
      last = current;
    }
    if (last != null) {
      last.end("this manager is closed");
    }
  }

  /** One call to one leader. */
  private static final class Connection extends ClientCall.Listener<FromStream> {
    private final String address;
    private final ManagedChannel channel;
    private final ClientCall<ToStream, FromStream> call;
    private final Map<Long, Consumer<FromTask>> receivers = new LinkedHashMap<>();
    private long last;
    private volatile boolean ended;

    Connection(String address, ManagedChannel channel) {
      this.address = address;
      this.channel = channel;
      this.call = channel.newCall(NodeProtocol.STREAMS, CallOptions.DEFAULT);
    }

    void start() {
      call.start(this, new Metadata());
      call.request(1);
    }

    Stream open(NodeId node, ToTask.Open open, Consumer<FromTask> receiver) {
      long id;
      synchronized (this) {
        id = ++last;
        receivers.put(id, receiver);
        send(new ToStream(id, node, open));
      }
      if (ended) {
        hear(id, lost("the way to the leader at " + address + " broke"));
      }
      return part -> say(id, node, part);
    }

    private synchronized void say(long id, NodeId node, ToTask part) {
      boolean open =
          part instanceof ToTask.Cancel ? receivers.remove(id) != null : receivers.containsKey(id);
      if (open) {
        send(new ToStream(id, node, part));
      }
    }

    /** gRPC keeps what the network does not take yet, which is no more than was granted. */
    private void send(ToStream message) {
      if (!ended) {
        call.sendMessage(message);
      }
    }

    private void hear(long id, FromTask part) {
      Consumer<FromTask> receiver;
      synchronized (this) {
        receiver = part instanceof FromTask.End ? receivers.remove(id) : receivers.get(id);
      }
      if (receiver != null) {
        receiver.accept(part);
      }
    }

    @Override
    public void onMessage(FromStream message) {
      hear(message.stream(), message.part());
      call.request(1);
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      end(Statuses.toException(status, address).getMessage());
    }

    void end(@Nullable String why) {
      List<Long> open;
      synchronized (this) {
        if (!ended) {
          ended = true;
          call.cancel("over", null);
        }
        open = List.copyOf(receivers.keySet());
      }
      open.forEach(id -> hear(id, lost("the leader is out of reach: " + why)));
      channel.shutdown();
    }
  }
}
