package io.swarm4j.network.lb;

import io.netty.channel.unix.DatagramSocketAddress;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** A datagram socket that epoll can watch. */
record EpollPacketSocket(NativeSocket socket) implements PacketSocket, EpollSocket {

  @Override
  public @Nullable InetSocketAddress receive(ByteBuffer into) throws IOException {
    DatagramSocketAddress from = socket.recvFrom(into, into.position(), into.limit());
    if (from != null) {
      into.position(into.position() + from.receivedAmount());
    }
    return from;
  }

  @Override
  public void send(ByteBuffer datagram, InetSocketAddress to) throws IOException {
    socket.sendTo(datagram, datagram.position(), datagram.limit(), to.getAddress(), to.getPort());
  }

  @Override
  public void send(ByteBuffer datagram) throws IOException {
    socket.send(datagram, datagram.position(), datagram.limit());
  }
}
