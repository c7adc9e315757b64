package io.swarm4j.network.lb;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * One of the two sockets of a {@link Session}: what it waits for, and the bytes it could not send
 * yet. Confined to the session's loop.
 */
final class Endpoint implements Watcher {
  private final Session session;
  private final StreamSocket socket;
  private final Watch watch;
  private @Nullable ByteBuf unsent;
  private boolean inputEnded;
  private boolean outputEnded;
  private boolean closed;

  Endpoint(Session session, StreamSocket socket) {
    this.session = session;
    this.socket = socket;
    this.watch = socket.watch(this);
  }

  StreamSocket socket() {
    return socket;
  }

  /** Starts to wait for events, on the loop and in its thread. */
  void register(Loop loop, int interest) throws IOException {
    watch.begin(loop, interest);
  }

  void want(int ops) {
    watch.want(ops);
  }

  void ignore(int ops) {
    watch.ignore(ops);
  }

  /** Reads at most so many bytes; -1 at the end of the stream. */
  int read(ByteBuf into, int limit) throws IOException {
    return socket.read(into, limit);
  }

  /** Sends what the socket takes. The caller keeps the rest. */
  void write(ByteBuf from) throws IOException {
    socket.write(from);
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
    ignore(Watch.READ);
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
      socket.resetOnClose();
    }
    if (watch.hasBegun()) {
      watch.end(loop, socket);
    } else {
      Sockets.closeQuietly(socket);
    }
  }

  /** Makes the other side see the end of the stream. */
  void shutdownOutput() throws IOException {
    socket.shutdownOutput();
  }

  void keepAlive() throws IOException {
    socket.keepAlive();
  }

  @Override
  public void ready(int ops) {
    if (!closed) {
      session.ready(this, ops);
    }
  }

  @Override
  public void loopEnds() {
    if (!closed) {
      session.end();
    }
  }
}
