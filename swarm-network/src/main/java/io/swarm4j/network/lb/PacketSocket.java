package io.swarm4j.network.lb;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** A UDP socket. Never blocks; confined to one loop. */
interface PacketSocket extends WatchedSocket {

  /** Reads one datagram into a direct buffer; where it came from, null if there is none. */
  @Nullable InetSocketAddress receive(ByteBuffer into) throws IOException;

  /** Sends a direct buffer as one datagram, or drops it if there is no room. */
  void send(ByteBuffer datagram, InetSocketAddress to) throws IOException;

  /** The same, to whom this is connected. */
  void send(ByteBuffer datagram) throws IOException;
}
