package io.swarm4j.network.lb;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.net.InetSocketAddress;

/** One end of a TCP connection. Never blocks; confined to one loop. */
interface StreamSocket extends WatchedSocket {

  /**
   * Begins to connect.
   *
   * @return whether the connection stands already
   */
  boolean connect(InetSocketAddress address) throws IOException;

  /**
   * Whether the connection stands.
   *
   * @throws IOException if it could not be made
   */
  boolean finishConnect() throws IOException;

  /** Reads at most so many bytes into a direct buffer; -1 at the end of the stream. */
  int read(ByteBuf into, int limit) throws IOException;

  /** Sends from a direct buffer what the socket takes; the rest stays there. */
  void write(ByteBuf from) throws IOException;

  /** Makes the other side see the end of the stream. */
  void shutdownOutput() throws IOException;

  /** Finds out by itself that the other side has vanished. */
  void keepAlive() throws IOException;

  /** Makes the other side see a reset once this is closed. */
  void resetOnClose();

  InetSocketAddress remoteAddress() throws IOException;
}
