package io.swarm4j.network.lb;

import io.swarm4j.model.UnavailableException;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Accepts the connections of a {@link Listener} on one of the loops. */
final class Acceptor implements Watcher {
  /** How many connections are accepted before those that are open get their turn. */
  private static final int ACCEPTS_PER_TURN = 64;

  private static final int PAUSE_MILLIS = 100;
  private static final Logger log = LoggerFactory.getLogger(Acceptor.class);

  private final Loop loop;
  private final Listener listener;
  private final Watch watch;

  Acceptor(Loop loop, Listener listener) {
    this.loop = loop;
    this.listener = listener;
    this.watch = listener.socket().watch(this);
  }

  CompletableFuture<Void> start() {
    return CompletableFuture.runAsync(this::register, loop);
  }

  private void register() {
    try {
      watch.begin(loop, Watch.ACCEPT);
    } catch (IOException e) {
      throw new UnavailableException("cannot accept connections: the balancer shuts down", e);
    }
  }

  /** Completes when the selector has let go of the socket. */
  CompletableFuture<Void> stop() {
    CompletableFuture<Void> stopped = new CompletableFuture<>();
    loop.execute(
        () -> {
          watch.cancel();
          loop.closeLater(() -> stopped.complete(null));
        });
    return stopped;
  }

  @Override
  public void ready(int ops) {
    try {
      for (int i = 0; i < ACCEPTS_PER_TURN; i++) {
        StreamSocket client = listener.socket().accept();
        if (client == null) {
          return;
        }
        Session.start(loop, listener, client);
      }
    } catch (IOException | OutOfMemoryError e) {
      pause(e);
    }
  }

  /** What cannot be accepted now (no file descriptor is left) stays queued in the kernel. */
  private void pause(Throwable cause) {
    log.warn(
        "Cannot accept on {}, trying again in {} ms: {}",
        listener.describe().actual(),
        PAUSE_MILLIS,
        cause.toString());
    watch.ignore(Watch.ACCEPT);
    Future<?> unused =
        loop.schedule(() -> watch.want(Watch.ACCEPT), PAUSE_MILLIS, TimeUnit.MILLISECONDS);
  }

  @Override
  public void loopEnds() {
    Sockets.closeQuietly(listener.socket());
  }
}
