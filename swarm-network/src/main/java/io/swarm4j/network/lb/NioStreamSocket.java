package io.swarm4j.network.lb;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A stream channel of the JDK. */
record NioStreamSocket(SocketChannel channel) implements StreamSocket, NioSocket {
  private static final Logger log = LoggerFactory.getLogger(NioStreamSocket.class);

  /** Makes a channel ready for relaying, or closes it. */
  static NioStreamSocket of(SocketChannel channel) throws IOException {
    try {
      channel.configureBlocking(false);
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      return new NioStreamSocket(channel);
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  @Override
  public boolean connect(InetSocketAddress address) throws IOException {
    // To an address of this machine the handshake is over by now, though connect() says it is not.
    return channel.connect(address) || channel.finishConnect();
  }

  @Override
  public boolean finishConnect() throws IOException {
    return channel.finishConnect();
  }

  @Override
  public int read(ByteBuf into, int limit) throws IOException {
    return into.writeBytes(channel, limit);
  }

  @Override
  public void write(ByteBuf from) throws IOException {
    from.readBytes(channel, from.readableBytes());
  }

  @Override
  public void shutdownOutput() throws IOException {
    channel.shutdownOutput();
  }

  @Override
  public void keepAlive() throws IOException {
    channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
  }

  @Override
  public void resetOnClose() {
    try {
      channel.setOption(StandardSocketOptions.SO_LINGER, 0);
    } catch (IOException e) {
      log.trace("{} is gone already", channel, e);
    }
  }

  @Override
  public InetSocketAddress remoteAddress() throws IOException {
    return (InetSocketAddress) channel.getRemoteAddress();
  }
}
