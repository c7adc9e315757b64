package io.swarm4j.network.lb;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
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
  private final ServerSocketChannel channel;
  private final InetSocketAddress actual;
  private final List<Acceptor> acceptors;
  private volatile FrontendState frontend;

  private Listener(
      InetSocketAddress requested,
      ServerSocketChannel channel,
      FrontendState frontend,
      List<Loop> loops)
      throws IOException {
    this.requested = requested;
    this.channel = channel;
    this.actual = (InetSocketAddress) channel.getLocalAddress();
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
    return new Listener(address, Sockets.listen(address), frontend, loops);
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
        .thenRun(() -> Sockets.closeQuietly(channel));
  }

  ServerSocketChannel channel() {
    return channel;
  }

  @Override
  public FrontendState frontend() {
    return frontend;
  }

  @Override
  public boolean isOpen() {
    return channel.isOpen();
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
