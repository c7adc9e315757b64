package io.swarm4j.engine.http;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/**
 * Another HTTP server.
 *
 * @param address where it listens, on TCP or a unix socket
 * @param tls how to talk to it; null for plain text
 */
public record Peer(SocketAddress address, @Nullable SslContext tls) {
  private static final int CONNECT_MILLIS = 10_000;

  /** Connects; what arrives is read only when asked for. */
  ChannelFuture connect(EventLoopGroup loops, ChannelHandler... handlers) {
    boolean unix = address instanceof UnixDomainSocketAddress;
    return new Bootstrap()
        .group(loops)
        .channelFactory(unix ? NioDomainSocketChannel::new : NioSocketChannel::new)
        .option(ChannelOption.AUTO_READ, false)
        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS)
        .handler(
            new ChannelInitializer<>() {
              @Override
              protected void initChannel(Channel channel) {
                if (tls != null) {
                  channel.pipeline().addLast(handler(channel, tls));
                }
                channel.pipeline().addLast(handlers);
              }
            })
        .connect(address);
  }

  /** The peer must be the one that its certificate names. */
  private SslHandler handler(Channel channel, SslContext context) {
    if (!(address instanceof InetSocketAddress inet)) {
      return context.newHandler(channel.alloc());
    }
    SslHandler handler = context.newHandler(channel.alloc(), inet.getHostString(), inet.getPort());
    SSLParameters parameters = handler.engine().getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    handler.engine().setSSLParameters(parameters);
    return handler;
  }
}
