package io.swarm4j.network.lb;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.Channel;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How this package opens and closes sockets. The family follows the address: a dual-stack socket
 * bound to 0.0.0.0 would listen on IPv6 too.
 */
final class Sockets {
  private static final int BACKLOG = 4096;
  private static final Logger log = LoggerFactory.getLogger(Sockets.class);

  private Sockets() {}

  /** Opens a listening socket in non-blocking mode. */
  static ServerSocketChannel listen(InetSocketAddress address) throws IOException {
    ServerSocketChannel channel = openServer(address);
    try {
      channel.configureBlocking(false);
      return channel.bind(address, BACKLOG);
    } catch (IOException | RuntimeException e) {
      closeQuietly(channel);
      throw e;
    }
  }

  private static ServerSocketChannel openServer(InetSocketAddress address) throws IOException {
    try {
      return ServerSocketChannel.open(family(address));
    } catch (UnsupportedOperationException e) {
      throw new IOException("this machine has no " + family(address), e);
    }
  }

  /** Opens a socket that can connect to an address, in non-blocking mode. */
  static SocketChannel open(InetSocketAddress address) throws IOException {
    SocketChannel channel;
    try {
      channel = SocketChannel.open(family(address));
    } catch (UnsupportedOperationException e) {
      throw new IOException("this machine has no " + family(address), e);
    }
    return prepare(channel);
  }

  /** Opens a socket for datagrams to or from an address, in non-blocking mode. */
  static DatagramChannel openDatagram(InetSocketAddress address) throws IOException {
    DatagramChannel channel;
    try {
      channel = DatagramChannel.open(family(address));
    } catch (UnsupportedOperationException e) {
      throw new IOException("this machine has no " + family(address), e);
    }
    try {
      channel.configureBlocking(false);
      return channel;
    } catch (IOException e) {
      closeQuietly(channel);
      throw e;
    }
  }

  /** Makes a socket ready for relaying. */
  static SocketChannel prepare(SocketChannel channel) throws IOException {
    try {
      channel.configureBlocking(false);
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      return channel;
    } catch (IOException e) {
      closeQuietly(channel);
      throw e;
    }
  }

  static void resetOnClose(SocketChannel channel) {
    try {
      channel.setOption(StandardSocketOptions.SO_LINGER, 0);
    } catch (IOException e) {
      log.trace("{} is gone already", channel, e);
    }
  }

  static void closeQuietly(Channel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      log.debug("Closing {} failed", channel, e);
    }
  }

  private static StandardProtocolFamily family(InetSocketAddress address) {
    return address.getAddress() instanceof Inet6Address
        ? StandardProtocolFamily.INET6
        : StandardProtocolFamily.INET;
  }
}
