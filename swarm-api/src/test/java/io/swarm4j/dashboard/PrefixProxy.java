package io.swarm4j.dashboard;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;

/** Serves another server under a path of its own, as a gateway in front of it does. */
final class PrefixProxy implements AutoCloseable {
  private final String prefix;
  private final URI target;
  private final ServerSocket server;

  PrefixProxy(String prefix, URI target) throws IOException {
    this.prefix = prefix;
    this.target = target;
    server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    begin(this::accept);
  }

  String address() {
    return "http://127.0.0.1:" + server.getLocalPort() + prefix;
  }

  /** What a thread does until a socket closes. */
  private interface Work {
    void run() throws IOException;
  }

  private static void begin(Work work) {
    Thread thread =
        new Thread(
            () -> {
              try {
                work.run();
              } catch (IOException ended) {
                // one side has hung up
              }
            });
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() throws IOException {
    while (true) {
      Socket client = server.accept();
      begin(() -> serve(client));
    }
  }

  private void serve(Socket client) throws IOException {
    try (client;
        Socket upstream = new Socket(target.getHost(), target.getPort())) {
      StringBuilder head = new StringBuilder();
      while (head.indexOf("\r\n\r\n") < 0) {
        int next = client.getInputStream().read();
        if (next < 0) {
          return;
        }
        head.append((char) next);
      }
      String sent =
          head.toString()
              .replaceFirst(" " + prefix, " ")
              .replaceFirst("(?i)\r\nConnection: [^\r]*", "")
              .replaceFirst("\r\n", "\r\nConnection: close\r\n");
      upstream.getOutputStream().write(sent.getBytes(ISO_8859_1));
      copy(upstream.getInputStream(), client.getOutputStream());
    }
  }

  private static void copy(InputStream from, OutputStream to) throws IOException {
    byte[] some = new byte[8192];
    for (int count = from.read(some); count >= 0; count = from.read(some)) {
      to.write(some, 0, count);
      to.flush();
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
