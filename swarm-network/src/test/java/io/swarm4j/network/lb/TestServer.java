package io.swarm4j.network.lb;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** A backend on a free port, with one thread for each connection. */
final class TestServer implements AutoCloseable {
  private final String id;
  private final ServerSocket server;
  private final ExecutorService threads =
      Executors.newCachedThreadPool(
          work -> {
            Thread thread = new Thread(work, "test-server");
            thread.setDaemon(true);
            return thread;
          });
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final AtomicInteger served = new AtomicInteger();

  /** What a server does with a connection; the connection is closed afterwards. */
  interface Conversation {
    void with(Socket socket) throws IOException;
  }

  TestServer(String id, InetAddress address, Conversation conversation) throws IOException {
    this.id = id;
    this.server = new ServerSocket(0, 4096, address);
    threads.execute(() -> accept(conversation));
  }

  TestServer(String id, Conversation conversation) throws IOException {
    this(id, InetAddress.getLoopbackAddress(), conversation);
  }

  /** Says its id in a line, then echoes until the client ends. */
  static TestServer greeting(String id) throws IOException {
    return greeting(id, InetAddress.getLoopbackAddress());
  }

  static TestServer greeting(String id, InetAddress address) throws IOException {
    return new TestServer(
        id,
        address,
        socket -> {
          socket.setTcpNoDelay(true);
          socket.getOutputStream().write((id + "\n").getBytes(US_ASCII));
          socket.getInputStream().transferTo(socket.getOutputStream());
        });
  }

  Backend backend() {
    return new Backend(id, (InetSocketAddress) server.getLocalSocketAddress(), true);
  }

  InetSocketAddress address() {
    return (InetSocketAddress) server.getLocalSocketAddress();
  }

  int served() {
    return served.get();
  }

  static String readLine(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0) {
        throw new IOException("stream ended after '" + line + "'");
      }
      line.append((char) c);
    }
    return line.toString();
  }

  private void accept(Conversation conversation) {
    try {
      while (true) {
        Socket socket = server.accept();
        served.incrementAndGet();
        open.add(socket);
        threads.execute(() -> converse(socket, conversation));
      }
    } catch (IOException e) {
      // closed
    }
  }

  private void converse(Socket socket, Conversation conversation) {
    try (socket) {
      conversation.with(socket);
    } catch (IOException e) {
      // the client's test tells what went wrong
    } finally {
      open.remove(socket);
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    for (Socket socket : open) {
      socket.close();
    }
    threads.shutdownNow();
  }
}
