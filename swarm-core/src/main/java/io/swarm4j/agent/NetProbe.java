package io.swarm4j.agent;

import io.swarm4j.agent.Container.ProbeResult;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * Health probes over the network: a connection, or one GET request.
 *
 * <p>Blocks; its caller interrupts nothing but bounds each step by the time-out, and the whole by
 * {@link BlockingWork#callWithin}.
 */
public final class NetProbe {
  private static final int HEALTHY_FROM = 200;
  private static final int HEALTHY_BEFORE = 400;
  private static final int LONGEST_LINE = 512;

  private NetProbe() {}

  /** Whether somebody accepts a connection. */
  public static ProbeResult tcp(InetAddress address, int port, Duration timeout) {
    try (Socket socket = connect(address, port, timeout)) {
      return new ProbeResult(true, 0, "connected to " + socket.getRemoteSocketAddress());
    } catch (IOException failure) {
      return failed(address, port, failure);
    }
  }

  /** Whether a GET is answered with a status from 200 to 399. */
  public static ProbeResult http(InetAddress address, int port, String path, Duration timeout) {
    try (Socket socket = connect(address, port, timeout)) {
      String request =
          "GET "
              + path
              + " HTTP/1.1\r\nHost: "
              + address.getHostAddress()
              + ":"
              + port
              + "\r\nUser-Agent: swarm4j-probe\r\nConnection: close\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
      return judge(firstLine(new BufferedInputStream(socket.getInputStream(), LONGEST_LINE)));
    } catch (IOException failure) {
      return failed(address, port, failure);
    }
  }

  /** The first line, or as much of it as a status line can be long: nobody knows who answers. */
  private static String firstLine(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = in.read(); c >= 0 && c != '\n' && line.length() < LONGEST_LINE; c = in.read()) {
      line.append((char) c);
    }
    return line.toString().strip();
  }

  private static ProbeResult judge(String statusLine) {
    String[] parts = statusLine.split(" ", 3);
    if (parts.length < 2 || !parts[0].startsWith("HTTP/") || !parts[1].matches("\\d{3}")) {
      return new ProbeResult(false, 1, "not an HTTP answer");
    }
    int status = Integer.parseInt(parts[1]);
    boolean healthy = status >= HEALTHY_FROM && status < HEALTHY_BEFORE;
    return new ProbeResult(healthy, healthy ? 0 : 1, statusLine);
  }

  private static Socket connect(InetAddress address, int port, Duration timeout)
      throws IOException {
    int millis = (int) Math.max(1, Math.min(Integer.MAX_VALUE, timeout.toMillis()));
    Socket socket = new Socket();
    try {
      socket.setSoTimeout(millis);
      socket.connect(new InetSocketAddress(address, port), millis);
      return socket;
    } catch (IOException failure) {
      socket.close();
      throw failure;
    }
  }

  private static ProbeResult failed(InetAddress address, int port, IOException failure) {
    return new ProbeResult(
        false, 1, address.getHostAddress() + ":" + port + ": " + failure.getMessage());
  }
}
