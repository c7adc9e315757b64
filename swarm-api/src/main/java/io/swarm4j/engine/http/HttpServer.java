package io.swarm4j.engine.http;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.ssl.SslContext;
import io.netty.util.concurrent.DefaultEventExecutorGroup;
import io.netty.util.concurrent.EventExecutorGroup;
import io.netty.util.concurrent.ImmediateEventExecutor;
import io.swarm4j.model.SwarmException;
import io.swarm4j.model.UnavailableException;
import io.swarm4j.time.Time;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Serves HTTP/1.1 on one or more sockets, TCP or unix.
 *
 * <p>Requests are read in whole, within {@link HttpLimits}, and answered one after the other per
 * connection. Thread-safe.
 */
public final class HttpServer implements AutoCloseable {
  private static final int IO_THREADS = 2;
  private static final int WORKERS = 4;
  private static final WriteBufferWaterMark BUFFERED =
      new WriteBufferWaterMark(64 << 10, 256 << 10);

  private final HttpLimits limits;
  private final Function<Request, CompletionStage<Response>> service;
  private final Outlet outlet;
  private final EventLoopGroup io;
  private final EventExecutorGroup workers;
  private final ChannelGroup channels = new DefaultChannelGroup(ImmediateEventExecutor.INSTANCE);
  private final List<SocketAddress> addresses = new ArrayList<>();
  private final List<Path> socketFiles = new ArrayList<>();

  private HttpServer(
      String name,
      Time time,
      HttpLimits limits,
      Function<Request, CompletionStage<Response>> service,
      Outlet outlet) {
    this.limits = limits;
    this.service = service;
    this.outlet = outlet;
    this.io =
        new MultiThreadIoEventLoopGroup(
            IO_THREADS, time.newThreads(name + "-io"), NioIoHandler.newFactory());
    this.workers = new DefaultEventExecutorGroup(WORKERS, time.newThreads(name + "-worker"));
  }

  /**
   * Starts a server.
   *
   * @param name carried by its threads
   * @param time source of its threads
   * @param listens where it listens
   * @param limits what a client may ask of it
   * @param service answers requests; called on a worker thread, which it should not block for long
   * @param outlet which requests go elsewhere instead
   * @throws UnavailableException if a socket can not be opened; those before it are closed again
   */
  public static HttpServer start(
      String name,
      Time time,
      List<Listen> listens,
      HttpLimits limits,
      Function<Request, CompletionStage<Response>> service,
      Outlet outlet) {
    HttpServer server = new HttpServer(name, time, limits, service, outlet);
    try {
      for (Listen listen : listens) {
        server.open(listen);
      }
      return server;
    } catch (RuntimeException failed) {
      server.close();
      throw failed;
    }
  }

  /** The addresses that it listens on, in the order in which they were asked for. */
  public List<SocketAddress> addresses() {
    return List.copyOf(addresses);
  }

  private void open(Listen listen) {
    if (listen instanceof Listen.Unix unix) {
      removeStale(unix.path());
      bind(UnixDomainSocketAddress.of(unix.path()), null);
      socketFiles.add(unix.path());
      restrict(unix.path());
    } else if (listen instanceof Listen.Tcp tcp) {
      bind(tcp.address(), tcp.tls());
    }
  }

  private void bind(SocketAddress address, @Nullable SslContext tls) {
    boolean unix = address instanceof UnixDomainSocketAddress;
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(io)
            .channelFactory(unix ? UnixServerChannel::new : NioServerSocketChannel::new)
            .childOption(ChannelOption.AUTO_READ, false)
            .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, BUFFERED)
            .childHandler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    initialize(channel, tls);
                  }
                });
    if (!unix) {
      bootstrap.option(ChannelOption.SO_REUSEADDR, true).option(ChannelOption.SO_BACKLOG, 1024);
      bootstrap.childOption(ChannelOption.TCP_NODELAY, true);
    }
    Channel channel = bootstrap.bind(address).awaitUninterruptibly().channel();
    if (!channel.isActive()) {
      throw new UnavailableException(
          "can not listen on " + address + "; choose another address, or end what holds it");
    }
    channels.add(channel);
    addresses.add(channel.localAddress());
  }

  private void initialize(Channel channel, @Nullable SslContext tls) {
    if (channels.size() > limits.connections()) {
      channel.close();
      return;
    }
    channels.add(channel);
    if (tls != null) {
      channel.pipeline().addLast(tls.newHandler(channel.alloc()));
    }
    channel
        .pipeline()
        .addLast(
            new HttpServerCodec(
                new HttpDecoderConfig()
                    .setMaxInitialLineLength(limits.headerBytes())
                    .setMaxHeaderSize(limits.headerBytes())))
        .addLast(new RequestReader(limits, service, workers.next(), outlet));
  }

  private static void removeStale(Path path) {
    if (!Files.exists(path)) {
      return;
    }
    try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      probe.connect(UnixDomainSocketAddress.of(path));
    } catch (IOException nobodyListens) {
      try {
        Files.delete(path);
      } catch (IOException failed) {
        throw new SwarmException("can not replace the socket file " + path, failed);
      }
      return;
    }
    throw new UnavailableException(
        "another process already listens on " + path + "; end it, or choose another path");
  }

  private static void restrict(Path path) {
    try {
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
    } catch (UnsupportedOperationException notPosix) {
      // The file system has no such permissions; the folder's apply.
    } catch (IOException failed) {
      throw new SwarmException("can not restrict access to " + path, failed);
    }
  }

  /** Ends all connections and frees all sockets. Idempotent, bounded in time. */
  @Override
  public void close() {
    channels.close().awaitUninterruptibly(5, TimeUnit.SECONDS);
    workers.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS);
    io.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(5, TimeUnit.SECONDS);
    for (Path file : socketFiles) {
      try {
        Files.deleteIfExists(file);
      } catch (IOException leftBehind) {
        throw new SwarmException("can not delete the socket file " + file, leftBehind);
      }
    }
    socketFiles.clear();
  }
}
