package io.swarm4j.network.lb;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * One listening socket, shared by all loops, and the frontend that it serves at the moment.
 *
 * <p>It is one socket, not one per loop with SO_REUSEPORT: that option would let a second process
 * of the same user take half of the connections instead of being told that the port is in use.
 */
final class Listener implements BoundSocket {
  private final InetSocketAddress requested;
  private final ListenSocket socket;
  private final InetSocketAddress actual;
  private final List<Acceptor> acceptors;
  private volatile FrontendState frontend;

  private Listener(
      InetSocketAddress requested, ListenSocket socket, FrontendState frontend, List<Loop> loops)
      throws IOException {
    this.requested = requested;
    this.socket = socket;
    this.actual = socket.localAddress();
    this.frontend = frontend;
    this.acceptors = loops.stream().map(loop -> new Acceptor(loop, this)).toList();
  }

  /**
   * Binds the address; connections queue in the kernel until {@link #start}.
   *
   * @throws IOException if the address cannot be bound
   */
  static Listener open(InetSocketAddress address, FrontendState frontend, List<Loop> loops)
      throws IOException {
    return new Listener(address, loops.get(0).transport().listen(address), frontend, loops);
  }

  @Override
  public CompletableFuture<Void> start() {
    return CompletableFuture.allOf(
        acceptors.stream().map(Acceptor::start).toArray(CompletableFuture[]::new));
  }

  @Override
  public CompletableFuture<Void> stop() {
    return CompletableFuture.allOf(
            acceptors.stream().map(Acceptor::stop).toArray(CompletableFuture[]::new))
        .thenRun(() -> Sockets.closeQuietly(socket));
  }

  ListenSocket socket() {
    return socket;
  }

  @Override
  public FrontendState frontend() {
    return frontend;
  }

  @Override
  public boolean isOpen() {
    return socket.isOpen();
  }

  @Override
  public void serve(FrontendState frontend) {
    this.frontend = frontend;
  }

  @Override
  public Listening describe() {
    return new Listening(frontend.id(), requested, actual);
  }
}
