package io.swarm4j.network.lb;

import io.netty.channel.IoHandle;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.SelectionKey;
import org.jspecify.annotations.Nullable;

/** What a loop watches one socket for. Confined to that loop. */
abstract class Watch implements IoHandle {
  static final int READ = SelectionKey.OP_READ;
  static final int WRITE = SelectionKey.OP_WRITE;
  static final int CONNECT = SelectionKey.OP_CONNECT;
  static final int ACCEPT = SelectionKey.OP_ACCEPT;

  private final Watcher watcher;
  private @Nullable IoRegistration registration;
  private int interest;

  Watch(Watcher watcher) {
    this.watcher = watcher;
  }

  /** How the loop's kind of selector calls that. */
  abstract IoOps ops(int interest);

  /**
   * Begins, on the loop's own thread.
   *
   * @throws IOException if the loop shuts down
   */
  void begin(Loop loop, int ops) throws IOException {
    // On the loop's own thread the registration is done when the call returns.
    var registered = loop.register(this);
    if (!registered.isSuccess()) {
      throw new IOException("the loop shuts down", registered.cause());
    }
    registration = registered.getNow();
    want(ops);
  }

  boolean hasBegun() {
    return registration != null;
  }

  /** Ends, and closes the socket as soon as nothing of this turn can concern it any more. */
  abstract void end(Loop loop, Closeable socket);

  int interest() {
    return interest;
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
      registration.submit(ops(ops));
    }
  }

  /** Ends; the socket stays as it is. */
  final void cancel() {
    if (registration != null) {
      registration.cancel();
    }
  }

  final void tell(int ops) {
    watcher.ready(ops);
  }

  /** Called when the loop shuts down, and for a late event of a socket that was closed before. */
  @Override
  public void close() {
    watcher.loopEnds();
  }
}
