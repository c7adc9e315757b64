package io.swarm4j.network.lb.measure;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;

/** A client with 64 connections on one thread, each with one request under way. */
final class Load {
  static final int CONNECTIONS = 64;

  private final SocketAddress server;
  private final boolean keepAlive;
  private final ByteBuffer request;
  private final ByteBuffer scratch = ByteBuffer.allocateDirect(4096);
  private Selector selector;
  private long requests;
  private boolean running;

  Load(int port, boolean keepAlive) {
    this.server = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    this.keepAlive = keepAlive;
    this.request = Http.direct(keepAlive ? Http.KEEP_ALIVE : Http.CLOSE);
  }

  /** Repeats requests for a while, and tells how many were answered. */
  long run(Duration duration) throws IOException {
    requests = 0;
    running = true;
    try (Selector opened = Selector.open()) {
      selector = opened;
      for (int i = 0; i < CONNECTIONS; i++) {
        connect();
      }
      long end = System.nanoTime() + duration.toNanos();
      while (System.nanoTime() < end) {
        selector.select(this::ready, 100);
      }
      running = false;
      for (SelectionKey key : selector.keys()) {
        key.channel().close();
      }
    }
    return requests;
  }

  private void connect() throws IOException {
    SocketChannel channel = SocketChannel.open();
    channel.configureBlocking(false);
    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    boolean connected = channel.connect(server) || channel.finishConnect();
    channel.register(
        selector, connected ? SelectionKey.OP_READ : SelectionKey.OP_CONNECT, new int[1]);
    if (connected) {
      channel.write(request.rewind());
    }
  }

  private void ready(SelectionKey key) {
    SocketChannel channel = (SocketChannel) key.channel();
    try {
      if (key.isConnectable()) {
        channel.finishConnect();
        key.interestOps(SelectionKey.OP_READ);
        channel.write(request.rewind());
        return;
      }
      int length = channel.read(scratch.clear());
      int[] received = (int[]) key.attachment();
      if (length > 0) {
        received[0] += length;
      }
      if (keepAlive) {
        if (length < 0) {
          throw new IOException("closed by the server");
        }
        if (received[0] == Http.RESPONSE_LENGTH) {
          received[0] = 0;
          requests++;
          channel.write(request.rewind());
        }
      } else if (length < 0) {
        if (received[0] != Http.RESPONSE_LENGTH) {
          throw new IOException("got " + received[0] + " bytes");
        }
        requests++;
        channel.close();
        if (running) {
          connect();
        }
      }
    } catch (IOException e) {
      throw new IllegalStateException("request failed", e);
    }
  }
}
