package io.swarm4j.node;

import io.grpc.netty.shaded.io.netty.channel.Channel;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.ServerChannel;
import io.grpc.netty.shaded.io.netty.channel.epoll.Epoll;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollServerSocketChannel;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollSocketChannel;
import io.grpc.netty.shaded.io.netty.channel.nio.NioEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioServerSocketChannel;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioSocketChannel;
import io.swarm4j.time.Time;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/**
 * The threads on which a node's connections live, in and out: by native epoll where it is present,
 * which takes less time per message than the JDK's selectors, and by these elsewhere.
 */
final class EventLoops implements AutoCloseable {
  private static final int THREADS = 2;
  private static final long CLOSE_SECONDS = 5;

  private final boolean epoll = Epoll.isAvailable();
  private final EventLoopGroup group;

  EventLoops(String name, Time time) {
    ThreadFactory threads = time.newThreads(name);
    group =
        epoll ? new EpollEventLoopGroup(THREADS, threads) : new NioEventLoopGroup(THREADS, threads);
  }

  EventLoopGroup group() {
    return group;
  }

  Class<? extends ServerChannel> listening() {
    return epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
  }

  Class<? extends Channel> connecting() {
    return epoll ? EpollSocketChannel.class : NioSocketChannel.class;
  }

  @Override
  public void close() {
    group
        .shutdownGracefully(0, CLOSE_SECONDS, TimeUnit.SECONDS)
        .awaitUninterruptibly(CLOSE_SECONDS, TimeUnit.SECONDS);
  }
}
