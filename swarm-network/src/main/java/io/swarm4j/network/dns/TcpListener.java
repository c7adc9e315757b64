package io.swarm4j.network.dns;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.IoEventLoop;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.timeout.ReadTimeoutHandler;
import io.swarm4j.network.dns.Responder.Outcome;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;

/**
 * Answers queries that come over connections to one address. Bounded: a connection too many is
 * closed, an idle one after ten seconds, and one that does not take its replies is not read.
 */
final class TcpListener {
  private static final int IDLE_SECONDS = 10;
  private static final int MOST_CONNECTIONS = 512;
  private static final int MOST_UNDER_WAY = 16;

  private final IoEventLoop loop;
  private final Exchange exchange;
  private final ChannelGroup connections;
  private final ByteBuffer reply = ByteBuffer.allocate(Responder.LARGEST_MESSAGE);

  TcpListener(IoEventLoop loop, Exchange exchange) {
    this.loop = loop;
    this.exchange = exchange;
    this.connections = new DefaultChannelGroup(loop);
  }

  ChannelFuture open(InetSocketAddress address) {
    return new ServerBootstrap()
        .group(loop)
        .channel(NioServerSocketChannel.class)
        .childHandler(
            new ChannelInitializer<SocketChannel>() {
              @Override
              protected void initChannel(SocketChannel channel) {
                if (connections.size() >= MOST_CONNECTIONS) {
                  channel.close();
                  return;
                }
                connections.add(channel);
                channel
                    .pipeline()
                    .addLast(TcpFrames.decoder())
                    .addLast(new ReadTimeoutHandler(IDLE_SECONDS, TimeUnit.SECONDS))
                    .addLast(new Connection());
              }
            })
        .bind(address);
  }

  void closeConnections() {
    connections.close();
  }

  private final class Connection extends SimpleChannelInboundHandler<ByteBuf> {
    private int underWay;

    @Override
    protected void channelRead0(ChannelHandlerContext context, ByteBuf frame) {
      byte[] query = new byte[frame.readableBytes()];
      frame.readBytes(query);
      InetSocketAddress asker = (InetSocketAddress) context.channel().remoteAddress();
      Outcome outcome = exchange.respond(ByteBuffer.wrap(query), asker, false, reply);
      if (outcome == Outcome.REPLY) {
        byte[] message = new byte[reply.limit()];
        reply.get(0, message);
        send(context, message);
      } else if (outcome == Outcome.FORWARD) {
        underWay++;
        exchange
            .tcpForwarder()
            .ask(
                query,
                exchange.questionEnd(),
                message -> {
                  underWay--;
                  send(context, message);
                });
        throttle(context.channel());
      } else {
        context.close();
      }
    }

    private void send(ChannelHandlerContext context, byte[] message) {
      context.writeAndFlush(TcpFrames.of(message));
      throttle(context.channel());
    }

    private void throttle(Channel channel) {
      channel.config().setAutoRead(underWay < MOST_UNDER_WAY && channel.isWritable());
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
      throttle(context.channel());
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      context.close();
    }
  }
}
