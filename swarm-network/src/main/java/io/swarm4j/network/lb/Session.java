package io.swarm4j.network.lb;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client connection and the backend connection that serves it, from accept to the end. Confined
 * to the loop that accepted.
 *
 * <p>The client is not read before a backend took the connection, so a failed attempt costs it
 * nothing but time: the next backend is tried, each at most once. An end of stream is passed on as
 * such, each direction by itself; a failure of one side is passed on as a reset. A side that does
 * not read makes the other not be read: at most one buffer is kept per direction.
 */
final class Session {
  private static final Logger log = LoggerFactory.getLogger(Session.class);

  /** Reads in which a cut session takes all that the socket of its backend may hold. */
  private static final int MOST_LAST_READS = 32;

  private final Loop loop;
  private final Listener listener;
  private final FrontendState frontend;
  private final Endpoint client;
  private List<Backend> tried = List.of();
  private @Nullable Target target;
  private @Nullable Endpoint backend;
  private @Nullable Future<?> connectTimeout;
  private @Nullable Future<?> idleTimer;
  private @Nullable Future<?> cutLimit;
  private @Nullable ByteBuf early;
  private @Nullable ProxiedAddresses claimed;
  private boolean awaitsHeader;
  private long idleNanos;
  private long lastActive;
  private boolean closed;

  private Session(Loop loop, Listener listener, FrontendState frontend, StreamSocket client) {
    this.loop = loop;
    this.listener = listener;
    this.frontend = frontend;
    this.client = new Endpoint(this, client);
  }

  /** Serves a connection that was just accepted. */
  static void start(Loop loop, Listener listener, StreamSocket client) {
    FrontendState frontend = listener.frontend();
    frontend.opened();
    loop.counters().accepted.increment();
    Session session = new Session(loop, listener, frontend, client);
    loop.sessions().add(session);
    try {
      session.begin();
    } catch (OutOfMemoryError e) {
      session.abort();
      throw e;
    }
  }

  private void begin() {
    FrontendOptions options = frontend.options();
    idleNanos = options.idleTimeout().toNanos();
    if (frontend.isOverfull()) {
      refuse();
    } else if (options.proxyProtocolIn()) {
      awaitHeader();
    } else {
      connect();
    }
  }

  private void refuse() {
    loop.counters().refused.increment();
    frontend.refused.increment();
    abort();
  }

  private void awaitHeader() {
    awaitsHeader = true;
    connectTimeout =
        loop.schedule(this::abort, loop.connectTimeout().toMillis(), TimeUnit.MILLISECONDS);
    try {
      client.register(loop, Watch.READ);
    } catch (IOException e) {
      abort();
    }
  }

  /** What comes behind the header is kept for the backend. */
  private void readHeader() throws IOException {
    ByteBuf scratch = loop.scratch();
    ByteBuf before = early;
    if (before != null) {
      scratch.writeBytes(before);
      before.release();
      early = null;
    }
    if (client.read(scratch, ProxiedAddresses.LONGEST) < 0) {
      abort();
      return;
    }
    try {
      claimed = ProxiedAddresses.read(scratch);
    } catch (ProxiedAddresses.MalformedException e) {
      log.debug("A client of {} does not speak PROXY protocol: {}", frontend.id(), e.getMessage());
      refuse();
      return;
    }
    if (scratch.isReadable()) {
      early = Unpooled.buffer(scratch.readableBytes()).writeBytes(scratch);
    }
    if (claimed != null) {
      awaitsHeader = false;
      client.ignore(Watch.READ);
      stopDialling();
      connect();
    }
  }

  /** Where the client is, or says it is. */
  private InetSocketAddress clientAddress() throws IOException {
    InetSocketAddress from = claimed == null ? null : claimed.from();
    return from != null ? from : client.socket().remoteAddress();
  }

  private InetSocketAddress clientTarget() throws IOException {
    InetSocketAddress at = claimed == null ? null : claimed.at();
    return at != null ? at : client.socket().localAddress();
  }

  private long clientHash() {
    try {
      return Mix.of(clientAddress().getAddress());
    } catch (IOException e) {
      return 0; // it has gone already, as the next step will show
    }
  }

  private void connect() {
    while (!closed) {
      // Asked anew for each attempt: the listener may have got another frontend meanwhile.
      FrontendState now = listener.frontend();
      Target next = now.next(tried, clientHash(), loop.ticker().nanoTime());
      if (next == null) {
        refuse();
        return;
      }
      target = next;
      next.state().opened();
      boolean connected;
      try {
        connected = dial(next.backend().address());
      } catch (IOException | RuntimeException e) {
        giveUp(next, e);
        continue;
      }
      if (connected) {
        establish(now.proxyProtocol());
      }
      return;
    }
  }

  /** Starts to connect; true if the connection stands already. */
  private boolean dial(InetSocketAddress address) throws IOException {
    Endpoint endpoint = new Endpoint(this, loop.transport().open(address));
    backend = endpoint;
    if (endpoint.socket().connect(address)) {
      endpoint.register(loop, Watch.READ);
      return true;
    }
    endpoint.register(loop, Watch.CONNECT);
    loop.connecting().add(this);
    connectTimeout =
        loop.schedule(
            () -> retry(new IOException("no answer within " + loop.connectTimeout())),
            loop.connectTimeout().toMillis(),
            TimeUnit.MILLISECONDS);
    return false;
  }

  private void finishDialling(Endpoint endpoint) {
    try {
      if (!endpoint.socket().finishConnect()) {
        return;
      }
    } catch (IOException e) {
      retry(e);
      return;
    }
    endpoint.ignore(Watch.CONNECT);
    endpoint.want(Watch.READ);
    stopDialling();
    establish(listener.frontend().proxyProtocol());
  }

  private void stopDialling() {
    loop.connecting().remove(this);
    if (connectTimeout != null) {
      connectTimeout.cancel(false);
      connectTimeout = null;
    }
  }

  /** Leaves a backend that has not taken the connection yet, and tries the next. */
  private void retry(Exception cause) {
    Target current = target;
    if (current != null) {
      giveUp(current, cause);
      connect();
    }
  }

  private void giveUp(Target failed, Exception cause) {
    log.debug("Backend {} did not take a connection: {}", failed.backend(), cause.toString());
    stopDialling();
    loop.counters().connectFailures.increment();
    frontend.connectFailures.increment();
    leaveBackend(true);
    if (tried.isEmpty()) {
      tried = new ArrayList<>();
    }
    tried.add(failed.backend());
  }

  /** Tries elsewhere if the backend that is being connected to is no longer offered. */
  void reconsider() {
    if (target != null && !listener.frontend().offers(target.backend())) {
      retry(new IOException("withdrawn"));
    }
  }

  private void establish(ProxyProtocol proxyProtocol) {
    Endpoint endpoint = backend;
    Target current = target;
    if (endpoint == null || current == null) {
      return;
    }
    try {
      if (!current.backend().sameNode()) {
        endpoint.keepAlive();
      }
      ByteBuf header = loop.scratch();
      if (proxyProtocol != ProxyProtocol.NONE) {
        ProxyHeader.write(proxyProtocol, clientAddress(), clientTarget(), header);
      }
      ByteBuf first = early;
      if (first != null) {
        early = null;
        frontend.fromClients.add(first.readableBytes());
        header.writeBytes(first);
        first.release();
      }
      send(header, endpoint);
      if (claimed == null) {
        client.register(loop, endpoint.hasUnsent() ? 0 : Watch.READ);
      } else if (!endpoint.hasUnsent()) {
        client.want(Watch.READ);
      }
      watchIdleness();
    } catch (IOException | RuntimeException e) {
      log.debug("A connection through {} broke before it was served", frontend.id(), e);
      abort();
    }
  }

  private void watchIdleness() {
    if (idleNanos > 0) {
      lastActive = loop.ticker().nanoTime();
      idleTimer = loop.schedule(this::checkIdleness, idleNanos, TimeUnit.NANOSECONDS);
    }
  }

  /** Both sides see a reset, so that neither goes on using what the other has forgotten. */
  private void checkIdleness() {
    long left = idleNanos - (loop.ticker().nanoTime() - lastActive);
    if (left > 0) {
      idleTimer = loop.schedule(this::checkIdleness, left, TimeUnit.NANOSECONDS);
    } else {
      frontend.idle.increment();
      abort();
    }
  }

  /**
   * Ends the session if that backend serves it, or makes it try another one. What the backend has
   * sent before is passed on, for that may be a last answer; then the client sees an orderly end if
   * the backend has told of one, else a reset.
   */
  void cut(String backendId) {
    if (target != null && target.backend().id().equals(backendId)) {
      if (loop.connecting().contains(this)) {
        retry(new IOException("cut"));
      } else if (cutLimit == null) {
        cutLimit =
            loop.schedule(this::abort, loop.connectTimeout().toMillis(), TimeUnit.MILLISECONDS);
        passOnRest();
      }
    }
  }

  /** A client that does not take the rest at once has until the limit for it. */
  private void passOnRest() {
    Endpoint from = backend;
    if (from == null) {
      abort();
      return;
    }
    try {
      for (int i = 0; i < MOST_LAST_READS && !closed && !client.hasUnsent(); i++) {
        if (!relay(from, client)) {
          break;
        }
      }
      if (!client.hasUnsent()) {
        close(!from.inputEnded());
      }
    } catch (IOException e) {
      log.trace("A connection through {} broke while it was cut", frontend.id(), e);
      abort();
    }
  }

  /**
   * One of the sockets has become ready. Nothing may escape from here: an exception would stall the
   * loop, an error end it.
   */
  void ready(Endpoint endpoint, int ops) {
    try {
      if (idleNanos > 0) {
        lastActive = loop.ticker().nanoTime();
      }
      if (awaitsHeader) {
        readHeader();
      } else if ((ops & Watch.CONNECT) != 0) {
        finishDialling(endpoint);
      } else if (backend != null) {
        transfer(endpoint, endpoint == client ? backend : client, ops);
      }
    } catch (IOException e) {
      log.trace("A connection through {} broke", frontend.id(), e);
      abort();
    } catch (RuntimeException | OutOfMemoryError e) {
      log.warn("A connection through {} had to be cut", frontend.id(), e);
      abort();
    }
  }

  private void transfer(Endpoint endpoint, Endpoint other, int ops) throws IOException {
    if ((ops & Watch.WRITE) != 0) {
      resume(endpoint, other);
    }
    if ((ops & Watch.READ) != 0 && !closed) {
      relay(endpoint, other);
    }
    if (cutLimit != null && !closed) {
      passOnRest();
    }
  }

  /**
   * One read for each turn, so that a bulk transfer does not make the others wait.
   *
   * @return whether anything came
   */
  private boolean relay(Endpoint from, Endpoint to) throws IOException {
    // The selector may report what was true before this turn changed the interest.
    if (from.inputEnded() || to.hasUnsent()) {
      from.ignore(Watch.READ);
      return false;
    }
    ByteBuf scratch = loop.scratch();
    int length = from.read(scratch, loop.readLimit());
    if (length < 0) {
      from.endInput();
      endOutput(to, from);
      return false;
    }
    (from == client ? frontend.fromClients : frontend.toClients).add(length);
    send(scratch, to);
    if (to.hasUnsent()) {
      from.ignore(Watch.READ);
    }
    return length > 0;
  }

  /** Sends the scratch buffer, and keeps what the socket does not take. */
  private void send(ByteBuf scratch, Endpoint to) throws IOException {
    if (scratch.isReadable()) {
      to.write(scratch);
      if (scratch.isReadable()) {
        to.keep(loop.keepScratch());
        to.want(Watch.WRITE);
      }
    }
  }

  private void resume(Endpoint to, Endpoint from) throws IOException {
    if (to.flush(loop)) {
      to.ignore(Watch.WRITE);
      from.want(Watch.READ);
    }
  }

  private void endOutput(Endpoint to, Endpoint from) throws IOException {
    to.endOutput();
    if (from.outputEnded()) {
      close(false);
    } else {
      to.shutdownOutput();
    }
  }

  /** Ends both connections in an orderly way, though there may be more to relay. */
  void end() {
    close(false);
  }

  private void abort() {
    close(true);
  }

  private void close(boolean reset) {
    if (closed) {
      return;
    }
    closed = true;
    loop.sessions().remove(this);
    stopDialling();
    if (idleTimer != null) {
      idleTimer.cancel(false);
    }
    if (cutLimit != null) {
      cutLimit.cancel(false);
    }
    if (early != null) {
      early.release();
      early = null;
    }
    leaveBackend(reset);
    frontend.closed();
    client.close(loop, reset);
  }

  private void leaveBackend(boolean reset) {
    if (backend != null) {
      backend.close(loop, reset);
      backend = null;
    }
    if (target != null) {
      target.state().closed();
      target = null;
    }
  }
}
