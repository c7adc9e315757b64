package io.swarm4j.network.dns;

import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import io.netty.channel.nio.NioIoHandle;
import io.netty.channel.nio.NioIoOps;
import java.io.IOException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectableChannel;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A datagram socket that a loop tells when there is something to read. Confined to that loop. */
abstract class LoopSocket implements NioIoHandle {
  private static final Logger log = LoggerFactory.getLogger(LoopSocket.class);

  final DatagramChannel channel;
  private @Nullable IoRegistration registration;

  LoopSocket(DatagramChannel channel) {
    this.channel = channel;
  }

  /**
   * Begins to read.
   *
   * @throws IOException if the loop shuts down, in which case the socket is closed
   */
  final void register(IoEventLoop loop) throws IOException {
    IoRegistration made = loop.register(this).getNow();
    if (made == null) {
      channel.close();
      throw new IOException("the name server shuts down");
    }
    registration = made;
    made.submit(NioIoOps.READ);
  }

  @Override
  public final SelectableChannel selectableChannel() {
    return channel;
  }

  @Override
  public final void close() {
    if (registration != null) {
      registration.cancel();
    }
    try {
      channel.close();
    } catch (IOException e) {
      log.debug("Closing {} failed", channel, e);
    }
  }
}
