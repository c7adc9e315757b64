package io.swarm4j.engine.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.handler.ssl.SslCloseCompletionEvent;

/** Hands on what comes over a connection that was taken over. */
final class RawReader extends SimpleChannelInboundHandler<ByteBuf> {
  private final Response.Incoming incoming;
  private final ChannelSink out;
  private boolean ended;

  RawReader(Response.Incoming incoming, ChannelSink out) {
    this.incoming = incoming;
    this.out = out;
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, ByteBuf bytes) {
    byte[] copy = new byte[bytes.readableBytes()];
    bytes.readBytes(copy);
    incoming.received(copy);
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) throws Exception {
    if (event instanceof ChannelInputShutdownReadComplete
        || event instanceof SslCloseCompletionEvent) {
      end(); // the client closed its half, as the docker CLI does at the end of its input
    }
    super.userEventTriggered(context, event);
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    end();
    out.closed();
  }

  private void end() {
    if (!ended) {
      ended = true;
      incoming.ended();
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    out.writabilityChanged();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable broken) {
    context.close();
  }
}
