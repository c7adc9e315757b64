package io.swarm4j.network.lb;

import io.netty.channel.unix.NativeInetAddress;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A listening socket that epoll can watch. */
record EpollListenSocket(NativeSocket socket) implements ListenSocket, EpollSocket {
  /** Room for the length of an address, the longest of which has a scope, and a port. */
  private static final int ADDRESS_BYTES = 26;

  @Override
  public @Nullable StreamSocket accept() throws IOException {
    byte[] from = new byte[ADDRESS_BYTES];
    int descriptor = socket.accept(from);
    if (descriptor < 0) {
      return null;
    }
    return new EpollStreamSocket(
        new NativeSocket(descriptor), NativeInetAddress.address(from, 1, from[0]));
  }
}
