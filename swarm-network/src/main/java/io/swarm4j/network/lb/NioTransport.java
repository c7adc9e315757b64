package io.swarm4j.network.lb;

import io.netty.channel.IoHandlerFactory;
import io.netty.channel.nio.NioIoHandler;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectableChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/** Channels and selectors of the JDK. */
final class NioTransport implements Transport {

  /** How the JDK opens a channel of some family. */
  private interface Opening<C> {
    C open(ProtocolFamily family) throws IOException;
  }

  @Override
  public IoHandlerFactory handlers() {
    return NioIoHandler.newFactory();
  }

  @Override
  public ListenSocket listen(InetSocketAddress address) throws IOException {
    ServerSocketChannel channel = open(ServerSocketChannel::open, address);
    try {
      return new NioListenSocket(channel.bind(address, BACKLOG));
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  @Override
  public StreamSocket open(InetSocketAddress address) throws IOException {
    return NioStreamSocket.of(open(SocketChannel::open, address));
  }

  @Override
  public PacketSocket bindPacket(InetSocketAddress address) throws IOException {
    DatagramChannel channel = open(DatagramChannel::open, address);
    try {
      return new NioPacketSocket(channel.bind(address));
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  @Override
  public PacketSocket connectPacket(InetSocketAddress address) throws IOException {
    DatagramChannel channel = open(DatagramChannel::open, address);
    try {
      return new NioPacketSocket(channel.connect(address));
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  /** The selector holds on to cancelled sockets until then. */
  @Override
  public boolean closesAfterWait() {
    return true;
  }

  private static <C extends SelectableChannel> C open(Opening<C> opening, InetSocketAddress address)
      throws IOException {
    C channel;
    try {
      channel = opening.open(Transport.family(address));
    } catch (UnsupportedOperationException e) {
      throw new IOException("this machine has no " + Transport.family(address), e);
    }
    try {
      channel.configureBlocking(false);
      return channel;
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }
}
