package io.swarm4j.network.lb;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;

/** A socket that a loop can watch. */
interface WatchedSocket extends Closeable {

  /** A watch that has not begun. */
  Watch watch(Watcher watcher);

  boolean isOpen();

  InetSocketAddress localAddress() throws IOException;
}
