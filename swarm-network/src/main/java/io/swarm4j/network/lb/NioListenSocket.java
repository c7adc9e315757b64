package io.swarm4j.network.lb;

import java.io.IOException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A listening channel of the JDK. */
record NioListenSocket(ServerSocketChannel channel) implements ListenSocket, NioSocket {
  private static final Logger log = LoggerFactory.getLogger(NioListenSocket.class);

  @Override
  public @Nullable StreamSocket accept() throws IOException {
    SocketChannel client = channel.accept();
    while (client != null) {
      try {
        NioStreamSocket socket = NioStreamSocket.of(client);
        socket.keepAlive();
        return socket;
      } catch (IOException e) {
        Sockets.closeQuietly(client);
        log.debug("A connection on {} broke before it was served", channel, e);
        client = channel.accept();
      }
    }
    return null;
  }
}
