package io.swarm4j.network.lb;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.SingleThreadIoEventLoop;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One thread with one selector, and what the sessions on it share. Everything beyond {@code
 * execute} and {@code schedule} is for the loop's own thread only.
 *
 * <p>It stands alone, not in a Netty event loop group: a group reports its end through Netty's
 * global executor, whose thread is not a daemon and outlives the balancer.
 */
final class Loop extends SingleThreadIoEventLoop {
  /** Size of the shared buffer: large, since each byte costs less the more of them go at once. */
  private static final int SCRATCH_BYTES = 256 * 1024;

  /** What a socket may give at once while a lot is kept for others. */
  private static final int SCARCE_BYTES = 16 * 1024;

  /** From so many events in a turn on the next ones are likely to be close behind. */
  private static final int MANY = 4;

  /** How often it is looked whether they are there, in about 0.3 ms, before the loop waits. */
  private static final int LOOKS = 300;

  private static final int LARGEST_DATAGRAM = 65_535;
  private static final long A_LOT_KEPT = 16L * 1024 * 1024;
  private static final Logger log = LoggerFactory.getLogger(Loop.class);

  private final Transport transport;
  private final Counters counters;
  private final Duration connectTimeout;
  private final Set<Session> connecting = new LinkedHashSet<>();
  private final Set<Session> sessions = new LinkedHashSet<>();
  private final Set<UdpListener> datagramListeners = new LinkedHashSet<>();
  private @Nullable ByteBuffer datagram;
  private List<Closeable> closing = new ArrayList<>();
  private List<Closeable> closingNow = new ArrayList<>();
  private @Nullable ByteBuf scratch;
  private long kept;
  private int looks;
  private boolean ending;

  Loop(ThreadFactory threads, Transport transport, Counters counters, Duration connectTimeout) {
    super(null, threads, transport.handlers());
    this.transport = transport;
    this.counters = counters;
    this.connectTimeout = connectTimeout;
  }

  /** Where its sockets come from. */
  Transport transport() {
    return transport;
  }

  Counters counters() {
    return counters;
  }

  Duration connectTimeout() {
    return connectTimeout;
  }

  /** The sessions whose connection to a backend is under way. */
  Set<Session> connecting() {
    return connecting;
  }

  /** All sessions. */
  Set<Session> sessions() {
    return sessions;
  }

  /** The sockets for datagrams. */
  Set<UdpListener> datagramListeners() {
    return datagramListeners;
  }

  /** Where to read a datagram into, valid until the caller returns to the loop. */
  ByteBuffer datagramBuffer() {
    ByteBuffer buffer = datagram;
    if (buffer == null) {
      buffer = ByteBuffer.allocateDirect(LARGEST_DATAGRAM);
      datagram = buffer;
    }
    return buffer;
  }

  /** Makes those that still connect look again whether their backend is offered, and flows. */
  void reconsider() {
    List.copyOf(connecting).forEach(Session::reconsider);
    datagramListeners.forEach(UdpListener::reconsider);
  }

  /** Ends all that a backend serves, by a reset. */
  void cut(String backendId) {
    List.copyOf(sessions).forEach(session -> session.cut(backendId));
    datagramListeners.forEach(listener -> listener.cut(backendId));
  }

  /**
   * Closes something once this turn's events are handled and, where the selector holds on to the
   * sockets whose keys were cancelled, after the next wait: closing them before costs two more
   * system calls each, and leaves a listening port taken.
   */
  void closeLater(Closeable closeable) {
    if (isShuttingDown()) {
      close(closeable);
    } else {
      closing.add(closeable);
    }
  }

  /** An empty buffer to read into, valid until the caller returns to the loop. */
  ByteBuf scratch() {
    ByteBuf buffer = scratch;
    if (buffer == null) {
      buffer = ByteBufAllocator.DEFAULT.directBuffer(SCRATCH_BYTES, SCRATCH_BYTES);
      scratch = buffer;
    }
    return buffer.clear();
  }

  /**
   * How much a socket may give at once. What its peer does not take has to be kept; this bounds the
   * sum, however many peers are slow.
   */
  int readLimit() {
    return kept < A_LOT_KEPT ? SCRATCH_BYTES : SCARCE_BYTES;
  }

  /** Takes what is left in the scratch buffer out of it; to be given back by {@link #release}. */
  ByteBuf keepScratch() {
    ByteBuf rest = Objects.requireNonNull(scratch);
    int length = rest.readableBytes();
    if (length > SCRATCH_BYTES / 2) {
      scratch = null;
    } else {
      rest = ByteBufAllocator.DEFAULT.directBuffer(length, length).writeBytes(rest);
    }
    kept += rest.capacity();
    return rest;
  }

  /** Ends the keeping of a buffer. */
  void release(ByteBuf rest) {
    kept -= rest.capacity();
    rest.release();
  }

  @Override
  protected int runIo() {
    List<Closeable> due = closing;
    if (transport.closesAfterWait()) {
      closing = closingNow;
      closingNow = due;
    }
    int handled = super.runIo();
    closeAll(due);
    lookOn(handled);
    return handled;
  }

  /**
   * Under load it does not wait as soon as nothing is left: to be woken up again costs time, and
   * the sender's too. Whoever else wants the processor meanwhile gets it.
   */
  private void lookOn(int handled) {
    if (handled >= MANY) {
      looks = LOOKS;
    } else if (handled == 0 && looks > 0) {
      looks--;
      Thread.yield();
    }
  }

  /** Whether the next select must not block. */
  @Override
  protected boolean hasTasks() {
    return super.hasTasks()
        || looks > 0
        || isShuttingDown()
        || !closing.isEmpty()
        || !closingNow.isEmpty();
  }

  /**
   * Not before a whole turn: Netty closes what is watched in a turn that begins after the shutdown
   * did, and would leave it open for ever if there were none.
   */
  @Override
  protected boolean confirmShutdown() {
    if (isShuttingDown() && !ending) {
      ending = true;
      return false;
    }
    return super.confirmShutdown();
  }

  @Override
  protected void run() {
    try {
      super.run();
    } finally {
      closeAll(closing);
      if (scratch != null) {
        scratch.release();
        scratch = null;
      }
    }
  }

  private static void closeAll(List<Closeable> closeables) {
    // One may lead to the closing of another, which is then the last of them.
    for (int i = 0; i < closeables.size(); i++) {
      close(closeables.get(i));
    }
    closeables.clear();
  }

  private static void close(Closeable closeable) {
    try {
      closeable.close();
    } catch (IOException e) {
      log.debug("Closing {} failed", closeable, e);
    }
  }
}
