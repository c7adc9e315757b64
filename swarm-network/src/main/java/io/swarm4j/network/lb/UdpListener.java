package io.swarm4j.network.lb;

import io.swarm4j.model.UnavailableException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A socket for datagrams and the flows of its clients. Confined to one loop, but for the frontend.
 */
final class UdpListener implements BoundSocket, Watcher {
  private static final Logger log = LoggerFactory.getLogger(UdpListener.class);
  private static final Duration DEFAULT_IDLE = Duration.ofSeconds(60);
  private static final int MOST_FLOWS = 16_384;
  private static final int DATAGRAMS_PER_TURN = 64;
  private static final int LARGEST_DATAGRAM = 65_535;

  private final Loop loop;
  private final InetSocketAddress requested;
  private final InetSocketAddress actual;
  private final PacketSocket socket;
  private final Watch watch;
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(LARGEST_DATAGRAM);

  /** By client, the one that was idle for longest first. */
  private final Map<InetSocketAddress, UdpFlow> flows = new LinkedHashMap<>(16, 0.75f, true);

  private volatile FrontendState frontend;
  private boolean sweeping;

  private UdpListener(
      Loop loop, InetSocketAddress requested, PacketSocket socket, FrontendState frontend)
      throws IOException {
    this.loop = loop;
    this.requested = requested;
    this.socket = socket;
    this.watch = socket.watch(this);
    this.actual = socket.localAddress();
    this.frontend = frontend;
  }

  static UdpListener open(InetSocketAddress address, FrontendState frontend, Loop loop)
      throws IOException {
    return new UdpListener(loop, address, loop.transport().bindPacket(address), frontend);
  }

  @Override
  public CompletableFuture<Void> start() {
    return CompletableFuture.runAsync(
        () -> {
          try {
            watch.begin(loop, Watch.READ);
          } catch (IOException e) {
            throw new UnavailableException("cannot take datagrams: the balancer shuts down", e);
          }
          loop.datagramListeners().add(this);
        },
        loop);
  }

  @Override
  public CompletableFuture<Void> stop() {
    CompletableFuture<Void> closed = new CompletableFuture<>();
    loop.execute(
        () -> {
          loop.datagramListeners().remove(this);
          List.copyOf(flows.values()).forEach(this::end);
          watch.end(
              loop,
              () -> {
                Sockets.closeQuietly(socket);
                closed.complete(null);
              });
        });
    return closed;
  }

  @Override
  public void serve(FrontendState other) {
    frontend = other;
  }

  @Override
  public boolean isOpen() {
    return socket.isOpen();
  }

  @Override
  public FrontendState frontend() {
    return frontend;
  }

  @Override
  public Listening describe() {
    return new Listening(frontend.id(), requested, actual);
  }

  /** Ends the flows whose backend is not offered any more: their next datagrams go elsewhere. */
  void reconsider() {
    FrontendState now = frontend;
    List.copyOf(flows.values()).stream()
        .filter(flow -> !now.offers(flow.target().backend()))
        .forEach(this::end);
  }

  /** Ends the flows of a backend. */
  void cut(String backendId) {
    List.copyOf(flows.values()).stream()
        .filter(flow -> flow.target().backend().id().equals(backendId))
        .forEach(this::end);
  }

  @Override
  public void ready(int ops) {
    for (int i = 0; i < DATAGRAMS_PER_TURN; i++) {
      try {
        buffer.clear();
        InetSocketAddress client = socket.receive(buffer);
        if (client == null) {
          return;
        }
        buffer.flip();
        pass(client);
      } catch (IOException e) {
        log.debug("A datagram on {} was lost: {}", actual, e.toString());
      }
    }
  }

  /** Sends a datagram of a client to its backend; if nobody listens there, to the next. */
  private void pass(InetSocketAddress client) {
    List<Backend> tried = List.of();
    while (true) {
      UdpFlow flow = flows.get(client);
      if (flow == null) {
        flow = begin(client, tried);
      }
      if (flow == null) {
        frontend.refused.increment();
        return;
      }
      try {
        int length = buffer.remaining();
        flow.send(buffer.rewind());
        frontend.fromClients.add(length);
        return;
      } catch (IOException e) {
        frontend.connectFailures.increment();
        tried = new ArrayList<>(tried);
        tried.add(flow.target().backend());
        end(flow);
      }
    }
  }

  private @Nullable UdpFlow begin(InetSocketAddress client, List<Backend> tried) {
    FrontendState now = frontend;
    Target target = now.next(tried, Mix.of(client.getAddress()), loop.ticker().nanoTime());
    if (target == null) {
      return null;
    }
    int most = now.options().maxConnections() > 0 ? now.options().maxConnections() : MOST_FLOWS;
    if (flows.size() >= most) {
      end(flows.values().iterator().next());
    }
    try {
      UdpFlow flow = UdpFlow.open(loop, this, client, target);
      flows.put(client, flow);
      now.opened();
      loop.counters().accepted.increment();
      target.state().opened();
      sweepLater();
      return flow;
    } catch (IOException e) {
      log.debug("No flow to {}: {}", target.backend(), e.toString());
      return null;
    }
  }

  /** Ends a flow, if it has not ended yet. */
  void end(UdpFlow flow) {
    if (flows.remove(flow.client(), flow)) {
      flow.close();
      flow.target().state().closed();
      frontend.closed();
    }
  }

  void reply(UdpFlow flow, ByteBuffer datagram) {
    frontend.toClients.add(datagram.remaining());
    try {
      socket.send(datagram, flow.client());
    } catch (IOException e) {
      log.debug("A reply to {} was lost: {}", flow.client(), e.toString());
    }
  }

  private void sweepLater() {
    if (!sweeping && !flows.isEmpty()) {
      sweeping = true;
      io.netty.util.concurrent.Future<?> unused =
          loop.schedule(this::sweep, idleNanos() / 2, TimeUnit.NANOSECONDS);
    }
  }

  private void sweep() {
    sweeping = false;
    long before = loop.ticker().nanoTime() - idleNanos();
    for (UdpFlow flow : List.copyOf(flows.values())) {
      if (flow.lastActive() - before < 0) {
        frontend.idle.increment();
        end(flow);
      }
    }
    sweepLater();
  }

  private long idleNanos() {
    Duration idle = frontend.options().idleTimeout();
    return (idle.isZero() ? DEFAULT_IDLE : idle).toNanos();
  }

  @Override
  public void loopEnds() {
    Sockets.closeQuietly(socket);
  }
}
