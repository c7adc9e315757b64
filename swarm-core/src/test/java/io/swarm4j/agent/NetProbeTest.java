package io.swarm4j.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.agent.Container.ProbeResult;
import io.swarm4j.testing.Feature;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Nobody knows who answers a probe. */
@Timeout(60)
@Feature("N06")
class NetProbeTest {
  private static final InetAddress HERE = InetAddress.getLoopbackAddress();
  private static final Duration LONG = Duration.ofSeconds(30);

  /** What a server says to the one connection that it takes. */
  private interface Manner {
    void with(Socket socket) throws Exception;
  }

  private static ProbeResult get(Duration timeout, Manner manner) throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, HERE)) {
      Thread thread =
          new Thread(
              () -> {
                try (Socket socket = server.accept()) {
                  manner.with(socket);
                } catch (Exception gone) {
                  // the probe has had enough
                }
              });
      thread.start();
      ProbeResult result = NetProbe.http(HERE, server.getLocalPort(), "/", timeout);
      server.close();
      thread.join();
      return result;
    }
  }

  private static void write(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  @Test
  void anAnswerFrom200To399IsHealthy() throws Exception {
    assertThat(get(LONG, socket -> write(socket, "HTTP/1.1 204 No Content\r\n\r\n")))
        .isEqualTo(new ProbeResult(true, 0, "HTTP/1.1 204 No Content"));
    assertThat(get(LONG, socket -> write(socket, "HTTP/1.1 500 Broken\r\n\r\n")).healthy())
        .isFalse();
  }

  @Test
  void aServerThatFloodsWithoutALineEndIsNotReadToItsEnd() throws Exception {
    ProbeResult result =
        get(
            LONG,
            socket -> {
              while (true) {
                write(socket, "x".repeat(64_000));
              }
            });

    assertThat(result).isEqualTo(new ProbeResult(false, 1, "not an HTTP answer"));
  }

  @Test
  void garbageIsNoAnswer() throws Exception {
    assertThat(get(LONG, socket -> write(socket, "\0\377\1 HTTP/\n\n")).healthy()).isFalse();
    assertThat(get(LONG, socket -> write(socket, "HTTP/1.1 twohundred OK\r\n")).healthy())
        .isFalse();
    assertThat(get(LONG, socket -> {}).healthy()).isFalse();
  }

  @Test
  void aServerThatSaysNothingHasFailedInTime() throws Exception {
    CountDownLatch over = new CountDownLatch(1);

    ProbeResult result =
        get(
            Duration.ofMillis(50),
            socket -> {
              socket.getInputStream().readAllBytes(); // until the probe hangs up
              over.countDown();
            });

    assertThat(result.healthy()).isFalse();
    over.await();
  }
}
