package io.swarm4j.network.lb;

import io.netty.channel.ChannelException;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.epoll.EpollIoHandler;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;

/** Sockets of the operating system, and epoll. Linux only. */
final class EpollTransport implements Transport {

  private interface Step {
    void on(NativeSocket socket) throws IOException;
  }

  @Override
  public IoHandlerFactory handlers() {
    return EpollIoHandler.newFactory();
  }

  @Override
  public ListenSocket listen(InetSocketAddress address) throws IOException {
    return new EpollListenSocket(
        prepared(
            stream(address),
            socket -> {
              socket.setReuseAddress(true);
              socket.setTcpNoDelay(true); // connections take both over from here
              socket.setKeepAlive(true);
              bind(socket, address);
              socket.listen(BACKLOG);
            }));
  }

  @Override
  public StreamSocket open(InetSocketAddress address) throws IOException {
    return new EpollStreamSocket(
        prepared(stream(address), socket -> socket.setTcpNoDelay(true)), address);
  }

  @Override
  public PacketSocket bindPacket(InetSocketAddress address) throws IOException {
    return new EpollPacketSocket(prepared(packet(address), socket -> bind(socket, address)));
  }

  @Override
  public PacketSocket connectPacket(InetSocketAddress address) throws IOException {
    return new EpollPacketSocket(prepared(packet(address), socket -> socket.connect(address)));
  }

  /** Closed sockets leave epoll at once. */
  @Override
  public boolean closesAfterWait() {
    return false;
  }

  private static NativeSocket stream(InetSocketAddress address) throws IOException {
    try {
      return NativeSocket.stream(Transport.family(address));
    } catch (ChannelException e) {
      throw new IOException("this machine opens no socket for " + address, e);
    }
  }

  private static NativeSocket packet(InetSocketAddress address) throws IOException {
    try {
      return NativeSocket.packet(Transport.family(address));
    } catch (ChannelException e) {
      throw new IOException("this machine opens no socket for " + address, e);
    }
  }

  private static NativeSocket prepared(NativeSocket socket, Step step) throws IOException {
    try {
      step.on(socket);
      return socket;
    } catch (IOException | RuntimeException e) {
      socket.close();
      throw e;
    }
  }

  private static void bind(NativeSocket socket, InetSocketAddress address) throws IOException {
    try {
      socket.bind(address);
    } catch (IOException e) {
      // As the JDK words it: "bind(..) failed with error(-98): Address already in use".
      String message = String.valueOf(e.getMessage());
      BindException refused =
          new BindException(message.substring(message.lastIndexOf(": ") + 1).strip());
      refused.initCause(e);
      throw refused;
    }
  }
}
