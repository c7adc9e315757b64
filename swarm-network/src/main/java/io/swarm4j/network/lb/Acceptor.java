package io.swarm4j.network.lb;

import io.netty.channel.IoEvent;
import io.netty.channel.IoRegistration;
import io.netty.channel.nio.NioIoHandle;
import io.netty.channel.nio.NioIoOps;
import io.swarm4j.model.UnavailableException;
import java.io.IOException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Accepts the connections of a {@link Listener} on one of the loops. */
final class Acceptor implements NioIoHandle {
  /** How many connections are accepted before those that are open get their turn. */
  private static final int ACCEPTS_PER_TURN = 64;

  private static final int PAUSE_MILLIS = 100;
  private static final Logger log = LoggerFactory.getLogger(Acceptor.class);

  private final Loop loop;
  private final Listener listener;
  private @Nullable IoRegistration registration;

  Acceptor(Loop loop, Listener listener) {
    this.loop = loop;
    this.listener = listener;
  }

  CompletableFuture<Void> start() {
    return CompletableFuture.runAsync(this::register, loop);
  }

  private void register() {
    var registered = loop.register(this);
    if (!registered.isSuccess()) {
      throw new UnavailableException(
          "cannot accept connections: the balancer shuts down", registered.cause());
    }
    registration = registered.getNow();
    registration.submit(NioIoOps.ACCEPT);
  }

  /** Completes when the selector has let go of the socket. */
  CompletableFuture<Void> stop() {
    CompletableFuture<Void> stopped = new CompletableFuture<>();
    loop.execute(
        () -> {
          if (registration != null) {
            registration.cancel();
          }
          loop.closeAfterSelect(() -> stopped.complete(null));
        });
    return stopped;
  }

  @Override
  public void handle(IoRegistration registration, IoEvent event) {
    try {
      for (int i = 0; i < ACCEPTS_PER_TURN; i++) {
        SocketChannel client = listener.channel().accept();
        if (client == null) {
          return;
        }
        serve(client);
      }
    } catch (IOException | OutOfMemoryError e) {
      pause(registration, e);
    }
  }

  private void serve(SocketChannel client) {
    try {
      Session.start(loop, listener, Sockets.prepare(client));
    } catch (IOException e) {
      log.debug("A connection on {} broke before it was served", listener.describe(), e);
    }
  }

  /** What cannot be accepted now (no file descriptor is left) stays queued in the kernel. */
  private void pause(IoRegistration registration, Throwable cause) {
    log.warn(
        "Cannot accept on {}, trying again in {} ms: {}",
        listener.describe().actual(),
        PAUSE_MILLIS,
        cause.toString());
    registration.submit(NioIoOps.NONE);
    Future<?> unused =
        loop.schedule(
            () -> registration.submit(NioIoOps.ACCEPT), PAUSE_MILLIS, TimeUnit.MILLISECONDS);
  }

  @Override
  public SelectableChannel selectableChannel() {
    return listener.channel();
  }

  /** Called when the loop shuts down. */
  @Override
  public void close() {
    Sockets.closeQuietly(listener.channel());
  }
}
