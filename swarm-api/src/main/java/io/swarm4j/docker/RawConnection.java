package io.swarm4j.docker;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import javax.net.ssl.SSLContext;

/**
 * A connection to the engine without HTTP around it, whose sending half can be ended alone: what
 * the library lacks for commands that read to the end of their input. Reading and writing go on at
 * the same time; closing it ends both.
 */
interface RawConnection extends AutoCloseable {

  InputStream in();

  OutputStream out();

  /** There will be no more to send. */
  void endOutput() throws IOException;

  @Override
  void close() throws IOException;

  /** Connects. */
  static RawConnection open(EngineAddress address) throws IOException {
    if (address.isLocal()) {
      SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
      try {
        channel.connect(UnixDomainSocketAddress.of(Path.of(address.uri().getPath())));
        return new OverChannel(channel);
      } catch (IOException failure) {
        channel.close();
        throw failure;
      }
    }
    return new OverSocket(socket(address));
  }

  private static Socket socket(EngineAddress address) throws IOException {
    String host = address.uri().getHost();
    int port = address.uri().getPort();
    SSLContext tls = address.tls();
    return tls == null ? new Socket(host, port) : tls.getSocketFactory().createSocket(host, port);
  }

  /** Over a socket of the network. */
  record OverSocket(Socket socket) implements RawConnection {
    @Override
    public InputStream in() {
      try {
        return socket.getInputStream();
      } catch (IOException closed) {
        return InputStream.nullInputStream();
      }
    }

    @Override
    public OutputStream out() {
      try {
        return socket.getOutputStream();
      } catch (IOException closed) {
        return OutputStream.nullOutputStream();
      }
    }

    @Override
    public void endOutput() throws IOException {
      socket.shutdownOutput();
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  /** Over a Unix socket. The JDK's own streams of a channel keep each other waiting. */
  record OverChannel(SocketChannel channel) implements RawConnection {
    @Override
    public InputStream in() {
      return new InputStream() {
        @Override
        public int read() throws IOException {
          byte[] one = new byte[1];
          return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
          return length == 0 ? 0 : channel.read(ByteBuffer.wrap(bytes, offset, length));
        }
      };
    }

    @Override
    public OutputStream out() {
      return new OutputStream() {
        @Override
        public void write(int value) throws IOException {
          write(new byte[] {(byte) value}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
          ByteBuffer left = ByteBuffer.wrap(bytes, offset, length);
          while (left.hasRemaining()) {
            channel.write(left);
          }
        }
      };
    }

    @Override
    public void endOutput() throws IOException {
      channel.shutdownOutput();
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }
}
