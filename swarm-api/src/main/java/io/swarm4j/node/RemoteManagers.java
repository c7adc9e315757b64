package io.swarm4j.node;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.swarm4j.agent.protocol.Managers;
import io.swarm4j.agent.protocol.ToManager;
import io.swarm4j.agent.protocol.ToNode;
import io.swarm4j.node.NodeProtocol.FromManager;
import io.swarm4j.time.Chance;
import java.util.ArrayDeque;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A node's way to its managers over the network: to the leader, by way of any of them. */
final class RemoteManagers implements Managers {
  private static final Logger LOG = LoggerFactory.getLogger(RemoteManagers.class);

  private final ManagerClient client;
  private final KnownManagers known;
  private final Chance chance;
  private final Consumer<FromManager> news;

  /**
   * Connects through {@code client}.
   *
   * @param chance of the agent's loop, which alone connects
   * @param news gets what managers say beside the dispatcher, on any thread
   */
  RemoteManagers(
      ManagerClient client, KnownManagers known, Chance chance, Consumer<FromManager> news) {
    this.client = client;
    this.known = known;
    this.chance = chance;
    this.news = news;
  }

  @Override
  public Link connect(Consumer<ToNode> receiver, Runnable closed) {
    HostPort address = known.pick(chance);
    ManagedChannel channel = client.open(address);
    Connection connection = new Connection(address, channel, receiver, closed);
    connection.start();
    return connection;
  }

  /** One session's stream; messages that find it busy wait in line. */
  private final class Connection extends ClientCall.Listener<FromManager> implements Link {
    private final HostPort address;
    private final ManagedChannel channel;
    private final ClientCall<ToManager, FromManager> call;
    private final Consumer<ToNode> receiver;
    private final Runnable closed;
    private final AtomicBoolean ended = new AtomicBoolean();
    private final ArrayDeque<ToManager> waiting = new ArrayDeque<>();

    Connection(
        HostPort address, ManagedChannel channel, Consumer<ToNode> receiver, Runnable closed) {
      this.address = address;
      this.channel = channel;
      this.call = channel.newCall(NodeProtocol.SESSION, CallOptions.DEFAULT);
      this.receiver = receiver;
      this.closed = closed;
    }

    void start() {
      call.start(this, new Metadata());
      call.request(1);
    }

    @Override
    public void send(ToManager message) {
      synchronized (waiting) {
        waiting.add(message);
      }
      drain();
    }

    private void drain() {
      synchronized (waiting) {
        while (!waiting.isEmpty() && !ended.get() && call.isReady()) {
          call.sendMessage(waiting.remove());
        }
      }
    }

    @Override
    public void onReady() {
      drain();
    }

    @Override
    public void onMessage(FromManager message) {
      if (message instanceof FromManager.Says says) {
        if (says.message() instanceof ToNode.Registered) {
          known.leads(address.toString());
        }
        receiver.accept(says.message());
      } else {
        news.accept(message);
      }
      call.request(1);
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      String leader = trailers.get(NodeProtocol.LEADER);
      if (leader != null) {
        known.leads(leader);
      }
      if (ended.compareAndSet(false, true)) {
        report(status);
        channel.shutdownNow();
        closed.run();
      }
    }

    private void report(Status status) {
      switch (status.getCode()) {
        case PERMISSION_DENIED, UNAUTHENTICATED, FAILED_PRECONDITION, INVALID_ARGUMENT ->
            LOG.warn("manager {} refuses this node: {}", address, status.getDescription());
        default ->
            LOG.debug(
                "session with manager {} ended: {}",
                address,
                Statuses.toException(status, address.toString()).getMessage());
      }
    }

    @Override
    public void close() {
      if (ended.compareAndSet(false, true)) {
        synchronized (waiting) {
          while (!waiting.isEmpty() && call.isReady()) { // a last word
            call.sendMessage(waiting.remove());
          }
          call.halfClose();
        }
        channel.shutdown();
      }
    }
  }
}
