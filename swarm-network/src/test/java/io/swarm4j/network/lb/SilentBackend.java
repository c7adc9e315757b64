package io.swarm4j.network.lb;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;

/** A backend whose queue is full, so that a further connection attempt gets no answer at all. */
final class SilentBackend implements AutoCloseable {
  private static final int QUEUE = 1;
  private final ServerSocket server = new ServerSocket(0, QUEUE, InetAddress.getLoopbackAddress());
  private final List<SocketChannel> queued = new ArrayList<>();

  SilentBackend() throws IOException {
    // The kernel takes one more than asked for; the others wait, and keep it full.
    for (int i = 0; i < QUEUE + 4; i++) {
      SocketChannel channel = SocketChannel.open();
      queued.add(channel);
      channel.configureBlocking(false);
      channel.connect(server.getLocalSocketAddress());
    }
  }

  Backend backend() {
    return new Backend("silent", (InetSocketAddress) server.getLocalSocketAddress(), true);
  }

  @Override
  public void close() throws IOException {
    for (SocketChannel channel : queued) {
      channel.close();
    }
    server.close();
  }
}
