package io.swarm4j.network.lb.measure;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/**
 * A process that answers HTTP on one thread; it prints its port and ends with its standard input.
 */
final class ServerProcess {
  private final Selector selector = Selector.open();
  private final ServerSocketChannel server = ServerSocketChannel.open();
  private final ByteBuffer request = ByteBuffer.allocateDirect(4096);
  private final ByteBuffer response = Http.response();

  private ServerProcess() throws IOException {
    server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 4096);
    server.configureBlocking(false);
    server.register(selector, SelectionKey.OP_ACCEPT);
  }

  public static void main(String[] args) throws IOException {
    ServerProcess process = new ServerProcess();
    System.out.println(process.server.socket().getLocalPort());
    Children.endWithStandardInput();
    process.run();
  }

  private void run() throws IOException {
    while (true) {
      selector.select(
          key -> {
            if (key.isAcceptable()) {
              accept();
            } else {
              answer(key);
            }
          });
    }
  }

  private void accept() {
    try {
      for (SocketChannel c = server.accept(); c != null; c = server.accept()) {
        c.configureBlocking(false);
        c.setOption(StandardSocketOptions.TCP_NODELAY, true);
        c.register(selector, SelectionKey.OP_READ);
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private void answer(SelectionKey key) {
    SocketChannel channel = (SocketChannel) key.channel();
    try {
      int length = channel.read(request.clear());
      if (length > 0) {
        channel.write(response.rewind());
      }
      if (length < 0 || length == Http.CLOSE.length) {
        channel.close();
      }
    } catch (IOException e) {
      try {
        channel.close();
      } catch (IOException suppressed) {
        e.addSuppressed(suppressed);
      }
    }
  }
}
