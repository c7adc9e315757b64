package io.swarm4j.network.lb;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.NetworkChannel;
import java.nio.channels.SelectableChannel;

/** What all channels of the JDK have in common. */
interface NioSocket extends WatchedSocket {

  /** A network channel that a selector can watch. */
  SelectableChannel channel();

  @Override
  default Watch watch(Watcher watcher) {
    return new NioWatch(channel(), watcher);
  }

  @Override
  default boolean isOpen() {
    return channel().isOpen();
  }

  @Override
  default InetSocketAddress localAddress() throws IOException {
    return (InetSocketAddress) ((NetworkChannel) channel()).getLocalAddress();
  }

  @Override
  default void close() throws IOException {
    channel().close();
  }
}
