package io.swarm4j.network.lb;

import io.netty.buffer.ByteBuf;
import io.netty.channel.IoEvent;
import io.netty.channel.IoRegistration;
import io.netty.channel.nio.NioIoEvent;
import io.netty.channel.nio.NioIoHandle;
import io.netty.channel.nio.NioIoOps;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/**
 * One of the two sockets of a {@link Session}: what it waits for, and the bytes it could not send
 * yet. Confined to the session's loop.
 */
final class Endpoint implements NioIoHandle {
  static final int READ = SelectionKey.OP_READ;
  static final int WRITE = SelectionKey.OP_WRITE;
  static final int CONNECT = SelectionKey.OP_CONNECT;

  private final Session session;
  private final SocketChannel channel;
  private @Nullable IoRegistration registration;
  private @Nullable ByteBuf unsent;
  private int interest;
  private boolean inputEnded;
  private boolean outputEnded;
  private boolean closed;

  Endpoint(Session session, SocketChannel channel) {
    this.session = session;
    this.channel = channel;
  }

  SocketChannel channel() {
    return channel;
  }

  /** Starts to wait for events, on the loop and in its thread. */
  void register(Loop loop, int interest) throws IOException {
    // On the loop's own thread the registration is done when the call returns.
    var registered = loop.register(this);
    if (!registered.isSuccess()) {
      throw new IOException("cannot register with the selector", registered.cause());
    }
    registration = registered.getNow();
    want(interest);
  }

  void want(int ops) {
    setInterest(interest | ops);
  }

  void ignore(int ops) {
    setInterest(interest & ~ops);
  }

  private void setInterest(int ops) {
    if (registration != null && ops != interest) {
      interest = ops;
      registration.submit(NioIoOps.valueOf(ops));
    }
  }

  /** Reads at most so many bytes; -1 at the end of the stream. */
  int read(ByteBuf into, int limit) throws IOException {
    return into.writeBytes(channel, limit);
  }

  /** Sends what the socket takes. The caller keeps the rest. */
  void write(ByteBuf from) throws IOException {
    from.readBytes(channel, from.readableBytes());
  }

  /** Hands over bytes to be sent by {@link #flush}, which come before anything else. */
  void keep(ByteBuf rest) {
    unsent = rest;
  }

  boolean hasUnsent() {
    return unsent != null;
  }

  /** Sends what was kept; whether all of it is gone. */
  boolean flush(Loop loop) throws IOException {
    ByteBuf rest = unsent;
    if (rest == null) {
      return true;
    }
    write(rest);
    if (rest.isReadable()) {
      return false;
    }
    unsent = null;
    loop.release(rest);
    return true;
  }

  boolean inputEnded() {
    return inputEnded;
  }

  void endInput() {
    inputEnded = true;
    ignore(READ);
  }

  boolean outputEnded() {
    return outputEnded;
  }

  void endOutput() {
    outputEnded = true;
  }

  /**
   * Closes the socket.
   *
   * @param reset whether the other side shall see a reset, not an orderly end
   */
  void close(Loop loop, boolean reset) {
    closed = true;
    if (unsent != null) {
      loop.release(unsent);
      unsent = null;
    }
    if (reset) {
      Sockets.resetOnClose(channel);
    }
    if (registration == null) {
      Sockets.closeQuietly(channel);
    } else {
      registration.cancel();
      loop.closeAfterSelect(channel);
    }
  }

  /** Makes the other side see the end of the stream. */
  void shutdownOutput() throws IOException {
    channel.shutdownOutput();
  }

  void keepAlive() throws IOException {
    channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
  }

  @Override
  public void handle(IoRegistration registration, IoEvent event) {
    session.ready(this, ((NioIoEvent) event).ops().value());
  }

  @Override
  public SelectableChannel selectableChannel() {
    return channel;
  }

  /** Called when the loop shuts down, and for a late event of a socket that was closed before. */
  @Override
  public void close() {
    if (!closed) {
      session.end();
    }
  }
}
