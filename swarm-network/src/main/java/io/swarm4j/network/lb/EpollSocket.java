package io.swarm4j.network.lb;

import java.io.IOException;
import java.net.InetSocketAddress;

/** What all sockets have in common that epoll can watch. */
interface EpollSocket extends WatchedSocket {

  NativeSocket socket();

  @Override
  default Watch watch(Watcher watcher) {
    return new EpollWatch(socket(), watcher);
  }

  @Override
  default boolean isOpen() {
    return socket().isOpen();
  }

  @Override
  default InetSocketAddress localAddress() {
    return socket().localAddress();
  }

  @Override
  default void close() throws IOException {
    socket().close();
  }
}
