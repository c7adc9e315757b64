package io.swarm4j.network.dns;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.IoEventLoop;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.timeout.ReadTimeoutHandler;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Asks upstream servers over a connection for each query. Confined to one loop. */
final class TcpForwarder {
  private static final int PATIENCE_SECONDS = 5;
  private static final int MOST_UNDER_WAY = 256;

  private final IoEventLoop loop;
  private final List<InetSocketAddress> upstreams;
  private int underWay;

  TcpForwarder(IoEventLoop loop, List<InetSocketAddress> upstreams) {
    this.loop = loop;
    this.upstreams = upstreams;
  }

  /** See {@link UdpForwarder#ask}. */
  void ask(byte[] query, int questionEnd, Consumer<byte[]> whenDone) {
    if (underWay >= MOST_UNDER_WAY) {
      whenDone.accept(Wire.failure(query, questionEnd));
      return;
    }
    underWay++;
    ask(
        0,
        query,
        reply -> {
          underWay--;
          whenDone.accept(reply.length == 0 ? Wire.failure(query, questionEnd) : reply);
        });
  }

  /** An empty reply stands for none. */
  private void ask(int upstream, byte[] query, Consumer<byte[]> whenDone) {
    if (upstream == upstreams.size()) {
      whenDone.accept(new byte[0]);
      return;
    }
    Dialogue dialogue =
        new Dialogue(
            reply -> {
              if (reply.length == 0) {
                ask(upstream + 1, query, whenDone);
              } else {
                whenDone.accept(reply);
              }
            });
    ChannelFuture connected =
        new Bootstrap()
            .group(loop)
            .channel(NioSocketChannel.class)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, PATIENCE_SECONDS * 1000)
            .handler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel channel) {
                    channel
                        .pipeline()
                        .addLast(TcpFrames.decoder())
                        .addLast(new ReadTimeoutHandler(PATIENCE_SECONDS, TimeUnit.SECONDS))
                        .addLast(dialogue);
                  }
                })
            .connect(upstreams.get(upstream));
    connected.addListener(
        (ChannelFutureListener)
            done -> {
              if (done.isSuccess()) {
                done.channel().writeAndFlush(TcpFrames.of(query));
              } else {
                dialogue.finish(new byte[0]);
              }
            });
  }

  /** Takes the one reply, or notices that there will be none. */
  private static final class Dialogue extends SimpleChannelInboundHandler<ByteBuf> {
    private final Consumer<byte[]> whenDone;
    private boolean done;

    Dialogue(Consumer<byte[]> whenDone) {
      this.whenDone = whenDone;
    }

    void finish(byte[] reply) {
      if (!done) {
        done = true;
        whenDone.accept(reply);
      }
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, ByteBuf frame) {
      byte[] reply = new byte[frame.readableBytes()];
      frame.readBytes(reply);
      finish(reply.length < Wire.HEADER ? new byte[0] : reply);
      context.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      finish(new byte[0]);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      context.close();
    }
  }
}
