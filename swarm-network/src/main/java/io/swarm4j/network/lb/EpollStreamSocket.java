package io.swarm4j.network.lb;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.NotYetConnectedException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A stream socket that epoll can watch. */
record EpollStreamSocket(NativeSocket socket, InetSocketAddress remoteAddress)
    implements StreamSocket, EpollSocket {
  private static final Logger log = LoggerFactory.getLogger(EpollStreamSocket.class);
  private static final ThreadLocal<ByteBuffer> STATE =
      ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect(1));

  @Override
  public boolean connect(InetSocketAddress address) throws IOException {
    // To an address of this machine the handshake is over by now, though connect() says it is not.
    return socket.connect(address) || socket.state(STATE.get()) == NativeSocket.ESTABLISHED;
  }

  @Override
  public boolean finishConnect() throws IOException {
    // It tells failures only: what has not failed may stand, and have no answer yet.
    return socket.finishConnect() && socket.state(STATE.get()) != NativeSocket.SYN_SENT;
  }

  @Override
  public int read(ByteBuf into, int limit) throws IOException {
    int at = into.writerIndex();
    int length =
        socket.recvAddress(into.memoryAddress(), at, at + Math.min(limit, into.writableBytes()));
    if (length > 0) {
      into.writerIndex(at + length);
    }
    return length;
  }

  @Override
  public void write(ByteBuf from) throws IOException {
    int at = from.readerIndex();
    from.readerIndex(at + socket.sendAddress(from.memoryAddress(), at, from.writerIndex()));
  }

  @Override
  public void shutdownOutput() throws IOException {
    try {
      socket.shutdown(false, true);
    } catch (NotYetConnectedException goneAlready) {
      log.trace("{} is gone already", socket, goneAlready);
    }
  }

  @Override
  public void keepAlive() throws IOException {
    socket.setKeepAlive(true);
  }

  @Override
  public void resetOnClose() {
    try {
      socket.setSoLinger(0);
    } catch (IOException e) {
      log.trace("{} is gone already", socket, e);
    }
  }
}
