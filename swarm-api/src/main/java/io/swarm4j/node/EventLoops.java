package io.swarm4j.node;

import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.nio.NioEventLoopGroup;
import io.swarm4j.time.Time;
import java.util.concurrent.TimeUnit;

/** The threads on which a node's connections live, in and out. */
final class EventLoops implements AutoCloseable {
  private static final int THREADS = 2;
  private static final long CLOSE_SECONDS = 5;

  private final EventLoopGroup group;

  EventLoops(String name, Time time) {
    group = new NioEventLoopGroup(THREADS, time.newThreads(name));
  }

  EventLoopGroup group() {
    return group;
  }

  @Override
  public void close() {
    group
        .shutdownGracefully(0, CLOSE_SECONDS, TimeUnit.SECONDS)
        .awaitUninterruptibly(CLOSE_SECONDS, TimeUnit.SECONDS);
  }
}
