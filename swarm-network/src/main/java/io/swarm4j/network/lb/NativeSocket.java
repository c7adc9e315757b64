package io.swarm4j.network.lb;

import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;

/** A socket of the operating system that does not block. */
final class NativeSocket extends Socket {
  static final int ESTABLISHED = 1;
  static final int SYN_SENT = 2;

  private static final int IPPROTO_TCP = 6;
  private static final int TCP_INFO = 11;

  NativeSocket(int descriptor) {
    super(descriptor);
  }

  static NativeSocket stream(StandardProtocolFamily family) {
    return new NativeSocket(newSocketStream0(of(family)));
  }

  static NativeSocket packet(StandardProtocolFamily family) {
    return new NativeSocket(newSocketDgram0(of(family)));
  }

  private static SocketProtocolFamily of(StandardProtocolFamily family) {
    return family == StandardProtocolFamily.INET6
        ? SocketProtocolFamily.INET6
        : SocketProtocolFamily.INET;
  }

  /**
   * How far the connection is, as TCP numbers it.
   *
   * @param scratch a direct buffer for one byte
   */
  int state(ByteBuffer scratch) throws IOException {
    getRawOpt(IPPROTO_TCP, TCP_INFO, scratch.clear().limit(1));
    return scratch.get(0);
  }
}
