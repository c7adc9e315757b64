package io.swarm4j.network.lb;

import io.netty.channel.IoHandlerFactory;
import io.netty.channel.epoll.Epoll;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import org.slf4j.LoggerFactory;

/**
 * How this package opens sockets, and waits for them. The family of a socket follows the address: a
 * dual-stack socket bound to 0.0.0.0 would listen on IPv6 too.
 */
interface Transport {
  int BACKLOG = 4096;

  /** By epoll, where the machine and the class path have it; else by what the JDK has. */
  static Transport best() {
    if (Epoll.isAvailable()) {
      return new EpollTransport();
    }
    LoggerFactory.getLogger(Transport.class)
        .debug("No native epoll, the JDK's selector serves", Epoll.unavailabilityCause());
    return new NioTransport();
  }

  /** What a loop waits with. */
  IoHandlerFactory handlers();

  /** A listening socket on an address. */
  ListenSocket listen(InetSocketAddress address) throws IOException;

  /** A socket that can connect to an address, and does not delay small writes. */
  StreamSocket open(InetSocketAddress address) throws IOException;

  /** A socket for datagrams to an address of this machine. */
  PacketSocket bindPacket(InetSocketAddress address) throws IOException;

  /** A socket for datagrams from and to an address elsewhere, and no other. */
  PacketSocket connectPacket(InetSocketAddress address) throws IOException;

  /** Whether a socket that is watched may only be closed after the next wait. */
  boolean closesAfterWait();

  static StandardProtocolFamily family(InetSocketAddress address) {
    return address.getAddress() instanceof Inet6Address
        ? StandardProtocolFamily.INET6
        : StandardProtocolFamily.INET;
  }
}
