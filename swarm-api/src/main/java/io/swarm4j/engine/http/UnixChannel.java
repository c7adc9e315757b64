package io.swarm4j.engine.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelFuture;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.FileRegion;
import io.netty.channel.nio.AbstractNioByteChannel;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/**
 * A connection over a unix socket. Unlike Netty's own it can stay open for output after the client
 * has closed its half, which the docker CLI does at the end of its input.
 */
final class UnixChannel extends AbstractNioByteChannel {
  private final ChannelConfig config = new DefaultChannelConfig(this);
  private boolean staysOpen;
  private boolean inputEnded;

  UnixChannel(Channel parent, SocketChannel socket) {
    super(parent, socket);
  }

  /** From now on the end of input is an event, and not the end of the connection. */
  void stayOpenAtEndOfInput() {
    staysOpen = true;
  }

  @Override
  protected SocketChannel javaChannel() {
    return (SocketChannel) super.javaChannel();
  }

  @Override
  protected int doReadBytes(ByteBuf target) throws IOException {
    int count = target.writeBytes(javaChannel(), target.writableBytes());
    if (count < 0 && staysOpen) {
      if (!inputEnded) {
        inputEnded = true;
        config.setAutoRead(false);
        eventLoop()
            .execute(
                () -> pipeline().fireUserEventTriggered(ChannelInputShutdownReadComplete.INSTANCE));
      }
      return 0;
    }
    return count;
  }

  @Override
  protected int doWriteBytes(ByteBuf source) throws IOException {
    return source.readBytes(javaChannel(), source.readableBytes());
  }

  @Override
  protected long doWriteFileRegion(FileRegion region) throws IOException {
    return region.transferTo(javaChannel(), region.transferred());
  }

  @Override
  protected ChannelFuture shutdownInput() {
    return newFailedFuture(new UnsupportedOperationException("the input ends with the client"));
  }

  @Override
  public boolean isActive() {
    return isOpen() && javaChannel().isConnected();
  }

  @Override
  public ChannelConfig config() {
    return config;
  }

  @Override
  protected @Nullable SocketAddress localAddress0() {
    try {
      return javaChannel().getLocalAddress();
    } catch (IOException closed) {
      return null;
    }
  }

  @Override
  protected @Nullable SocketAddress remoteAddress0() {
    try {
      return javaChannel().getRemoteAddress();
    } catch (IOException closed) {
      return null;
    }
  }

  @Override
  protected void doClose() throws Exception {
    super.doClose();
    javaChannel().close();
  }

  @Override
  protected void doBind(SocketAddress address) {
    throw new UnsupportedOperationException("an accepted connection is bound");
  }

  @Override
  protected void doDisconnect() throws Exception {
    doClose();
  }

  @Override
  protected boolean doConnect(SocketAddress remote, SocketAddress local) {
    throw new UnsupportedOperationException("an accepted connection is connected");
  }

  @Override
  protected void doFinishConnect() {
    throw new UnsupportedOperationException("an accepted connection is connected");
  }
}
