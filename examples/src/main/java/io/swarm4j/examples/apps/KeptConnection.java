package io.swarm4j.examples.apps;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Requests on one connection after the other, each kept for as long as the server lets it: a client
 * as browsers and connection pools are. Not thread-safe.
 */
public final class KeptConnection implements AutoCloseable {
  private final InetSocketAddress server;
  private final int timeoutMillis;
  private @Nullable Socket socket;
  private @Nullable InputStream in;

  /**
   * Opens nothing yet.
   *
   * @param timeout for the connection and again for each read
   */
  public KeptConnection(InetSocketAddress server, Duration timeout) {
    this.server = server;
    this.timeoutMillis = Math.toIntExact(timeout.toMillis());
  }

  /**
   * The answer for {@code path}.
   *
   * @throws IOException if there is no whole answer; the next request opens a new connection
   */
  public Reply get(String path) throws IOException {
    Socket open = socket;
    InputStream input = in;
    if (open == null || input == null) {
      open = new Socket();
      socket = open;
      open.setTcpNoDelay(true);
      open.connect(server, timeoutMillis);
      open.setSoTimeout(timeoutMillis);
      input = new BufferedInputStream(open.getInputStream());
      in = input;
    }
    try {
      HttpText answer = HttpGet.exchange(open, input, server, path, "keep-alive");
      if (!answer.keepsAlive()) {
        close();
      }
      return HttpGet.reply(answer);
    } catch (IOException failure) {
      close();
      throw failure;
    }
  }

  @Override
  public void close() throws IOException {
    Socket open = socket;
    socket = null;
    in = null;
    if (open != null) {
      open.close();
    }
  }
}
