package io.swarm4j.engine.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Moves what one connection receives to another, no faster than that one takes it. Both are served
 * by the same thread.
 */
final class Pump extends ChannelInboundHandlerAdapter {
  private final Queue<ByteBuf> early = new ArrayDeque<>();
  private @Nullable Channel target;
  private boolean inputEnded;

  /** Begins to move bytes, with those that came before. */
  void open(Channel source, Channel to) {
    target = to;
    while (!early.isEmpty()) {
      to.write(early.remove());
    }
    to.flush();
    if (inputEnded) {
      endOutput(to);
    }
    source.read();
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    Channel to = target;
    if (!(message instanceof ByteBuf bytes)) {
      ReferenceCountUtil.release(
          message); // the rest of a request's head, which was sent on already
    } else if (to == null) {
      early.add(bytes);
    } else {
      to.write(bytes);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    Channel to = target;
    if (to != null && !inputEnded) {
      to.writeAndFlush(Unpooled.EMPTY_BUFFER)
          .addListener(
              done -> {
                if (done.isSuccess()) {
                  context.channel().read();
                } else {
                  context.close();
                }
              });
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) throws Exception {
    if (event instanceof ChannelInputShutdownReadComplete
        || event instanceof SslCloseCompletionEvent) {
      inputEnded = true;
      if (target != null) {
        endOutput(target);
      }
    }
    super.userEventTriggered(context, event);
  }

  private static void endOutput(Channel to) {
    if (to instanceof DuplexChannel half && to.pipeline().get(SslHandler.class) == null) {
      half.shutdownOutput();
    } else {
      to.close();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    early.forEach(ReferenceCountUtil::release);
    early.clear();
    if (target != null) {
      target.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable broken) {
    context.close();
  }
}
