package io.swarm4j.network.lb;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import org.jspecify.annotations.Nullable;

/** A datagram channel of the JDK. */
record NioPacketSocket(DatagramChannel channel) implements PacketSocket, NioSocket {

  @Override
  public @Nullable InetSocketAddress receive(ByteBuffer into) throws IOException {
    return (InetSocketAddress) channel.receive(into);
  }

  @Override
  public void send(ByteBuffer datagram, InetSocketAddress to) throws IOException {
    channel.send(datagram, to);
  }

  @Override
  public void send(ByteBuffer datagram) throws IOException {
    channel.write(datagram);
  }
}
