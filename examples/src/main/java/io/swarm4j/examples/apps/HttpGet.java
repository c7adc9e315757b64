package io.swarm4j.examples.apps;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * A request on a connection of its own, so that each one is balanced by itself: clients that pool
 * connections stay with one task.
 */
public final class HttpGet {
  private HttpGet() {}

  /**
   * The answer of {@code server} for {@code path}.
   *
   * @param timeout for the connection and again for each read
   * @throws IOException if there is no whole answer
   */
  public static Reply of(InetSocketAddress server, String path, Duration timeout)
      throws IOException {
    int millis = Math.toIntExact(timeout.toMillis());
    try (Socket socket = new Socket()) {
      socket.setTcpNoDelay(true);
      socket.connect(server, millis);
      socket.setSoTimeout(millis);
      InputStream in = new BufferedInputStream(socket.getInputStream());
      return reply(exchange(socket, in, server, path, "close"));
    }
  }

  /** Asks on an open connection, and says what shall become of it. */
  static HttpText exchange(
      Socket socket, InputStream in, InetSocketAddress server, String path, String connection)
      throws IOException {
    String host = server.getHostString() + ":" + server.getPort();
    HttpText.write(
        socket.getOutputStream(),
        "GET " + path + " HTTP/1.1\nHost: " + host + "\nConnection: " + connection + "\n\n",
        new byte[0]);
    return HttpText.read(in);
  }

  /** What an answer says. */
  static Reply reply(HttpText answer) throws ProtocolException {
    return new Reply(
        status(answer.firstLine()),
        answer.headers().getOrDefault("Content-Type", ""),
        new String(answer.body(), StandardCharsets.UTF_8),
        null);
  }

  private static int status(String line) throws ProtocolException {
    if (!line.matches("HTTP/1\\.[01] [1-5][0-9]{2}( .*)?")) {
      throw new ProtocolException("not an answer: " + line);
    }
    return Integer.parseInt(line.substring(9, 12));
  }
}
