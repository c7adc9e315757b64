package io.swarm4j.network.lb;

import static io.swarm4j.network.lb.BalancerFixture.connect;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** What happens to the bytes of one connection. */
@Timeout(60)
@ParameterizedClass
@MethodSource("io.swarm4j.network.lb.BalancerFixture#transports")
class BalancerRelayTest {
  @Parameter Transport transport;

  private static final int LARGE = 48 * 1024 * 1024;

  @Test
  void aBackendMaySpeakFirstAndEchoes() throws Exception {
    try (BalancerFixture fixture = new BalancerFixture(transport);
        Socket client = connect(fixture.web(fixture.greeting("a").backend()))) {
      assertThat(TestServer.readLine(client.getInputStream())).isEqualTo("a");
      client.getOutputStream().write("hello\n".getBytes(US_ASCII));
      assertThat(TestServer.readLine(client.getInputStream())).isEqualTo("hello");
    }
  }

  @Test
  void endOfClientStreamReachesBackendWhichMayStillAnswer() throws Exception {
    try (BalancerFixture fixture = new BalancerFixture(transport)) {
      TestServer server =
          fixture.closing(
              new TestServer(
                  "a",
                  socket -> {
                    int length = socket.getInputStream().readAllBytes().length;
                    socket.getOutputStream().write(("got " + length + "\n").getBytes(US_ASCII));
                  }));
      try (Socket client = connect(fixture.web(server.backend()))) {
        client.getOutputStream().write(new byte[100_000]);
        client.shutdownOutput();
        assertThat(new String(client.getInputStream().readAllBytes(), US_ASCII))
            .isEqualTo("got 100000\n");
      }
    }
  }

  @Test
  void endOfBackendStreamReachesClientWhichMayStillSend() throws Exception {
    CompletableFuture<String> heardAfterwards = new CompletableFuture<>();
    try (BalancerFixture fixture = new BalancerFixture(transport)) {
      TestServer server =
          fixture.closing(
              new TestServer(
                  "a",
                  socket -> {
                    socket.getOutputStream().write("bye\n".getBytes(US_ASCII));
                    socket.shutdownOutput();
                    heardAfterwards.complete(
                        new String(socket.getInputStream().readAllBytes(), US_ASCII));
                  }));
      try (Socket client = connect(fixture.web(server.backend()))) {
        assertThat(new String(client.getInputStream().readAllBytes(), US_ASCII)).isEqualTo("bye\n");
        client.getOutputStream().write("one more thing".getBytes(US_ASCII));
        client.shutdownOutput();
        assertThat(heardAfterwards.get(20, TimeUnit.SECONDS)).isEqualTo("one more thing");
      }
      assertThat(fixture.balancer().drained("a", java.time.Duration.ofSeconds(20)))
          .succeedsWithin(20, TimeUnit.SECONDS)
          .isEqualTo(true);
    }
  }

  @Test
  void nothingIsLostWhenTheBackendSendsALotAndClosesAtOnce() throws Exception {
    byte[] data = new byte[LARGE];
    new Random(1).nextBytes(data);
    try (BalancerFixture fixture = new BalancerFixture(transport)) {
      TestServer server =
          fixture.closing(new TestServer("a", socket -> socket.getOutputStream().write(data)));
      try (Socket client = connect(fixture.web(server.backend()))) {
        assertThat(crc(client.getInputStream())).isEqualTo(crc(data));
      }
    }
  }

  @Test
  void largeTransfersRunInBothDirectionsAtOnce() throws Exception {
    byte[] data = new byte[LARGE];
    new Random(2).nextBytes(data);
    try (BalancerFixture fixture = new BalancerFixture(transport)) {
      TestServer server =
          fixture.closing(
              new TestServer(
                  "a", socket -> socket.getInputStream().transferTo(socket.getOutputStream())));
      try (Socket client = connect(fixture.web(server.backend()))) {
        CompletableFuture<Void> sending =
            CompletableFuture.runAsync(
                () -> {
                  try {
                    client.getOutputStream().write(data);
                    client.shutdownOutput();
                  } catch (IOException e) {
                    throw new IllegalStateException(e);
                  }
                });
        assertThat(crc(client.getInputStream())).isEqualTo(crc(data));
        sending.get(20, TimeUnit.SECONDS);
      }
    }
  }

  @Test
  void aClientThatDoesNotReadStopsItsBackendNotTheBalancersMemory() throws Exception {
    long offered = 1L << 30;
    try (BalancerFixture fixture = new BalancerFixture(transport);
        ServerSocketChannel server = ServerSocketChannel.open();
        Selector selector = Selector.open()) {
      server.bind(BalancerFixture.ANY_PORT);
      InetSocketAddress web =
          fixture.web(new Backend("a", (InetSocketAddress) server.getLocalAddress(), true));
      try (Socket client = connect(web);
          SocketChannel backend = server.accept()) {
        backend.configureBlocking(false);
        backend.register(selector, SelectionKey.OP_WRITE);
        long sent = 0;
        ByteBuffer chunk = ByteBuffer.allocateDirect(1 << 20);
        // The kernel's buffers and the balancer's are full when nothing can be sent for a second.
        while (sent < offered && selector.select(1_000) > 0) {
          selector.selectedKeys().clear();
          sent += backend.write(chunk.clear());
        }
        assertThat(sent).as("bytes on the way").isLessThan(64 << 20);

        backend.configureBlocking(false);
        backend.shutdownOutput();
        assertThat(count(client.getInputStream())).isEqualTo(sent);
      }
    }
  }

  @Test
  void aResetOfTheClientReachesTheBackendAsSuch() throws Exception {
    CompletableFuture<Throwable> seen = new CompletableFuture<>();
    try (BalancerFixture fixture = new BalancerFixture(transport)) {
      TestServer server =
          fixture.closing(
              new TestServer(
                  "a",
                  socket -> {
                    socket.getOutputStream().write('\n');
                    try {
                      socket.getInputStream().readAllBytes();
                      seen.complete(new AssertionError("orderly end of stream"));
                    } catch (IOException e) {
                      seen.complete(e);
                    }
                  }));
      try (Socket client = connect(fixture.web(server.backend()))) {
        TestServer.readLine(client.getInputStream());
        client.setSoLinger(true, 0);
      }
      assertThat(seen.get(20, TimeUnit.SECONDS)).isInstanceOf(SocketException.class);
    }
  }

  @Test
  void aResetOfTheBackendReachesTheClientAsSuch() throws Exception {
    try (BalancerFixture fixture = new BalancerFixture(transport)) {
      TestServer server =
          fixture.closing(
              new TestServer(
                  "a",
                  socket -> {
                    socket.getInputStream().read();
                    socket.setSoLinger(true, 0);
                  }));
      try (Socket client = connect(fixture.web(server.backend()))) {
        client.getOutputStream().write(1);
        assertThatThrownBy(() -> client.getInputStream().read())
            .isInstanceOf(SocketException.class)
            .hasMessageContaining("reset");
      }
    }
  }

  @Test
  void aThousandConnectionsAreServedAtOnce() throws Exception {
    try (BalancerFixture fixture =
        new BalancerFixture(Balancer.builder("test").transport(transport).threads(2))) {
      InetSocketAddress web =
          fixture.web(fixture.greeting("a").backend(), fixture.greeting("b").backend());
      List<Socket> clients = new ArrayList<>();
      for (int i = 0; i < 1_000; i++) {
        clients.add(fixture.closing(connect(web)));
      }
      for (Socket client : clients) {
        TestServer.readLine(client.getInputStream());
      }
      for (int i = 0; i < clients.size(); i++) {
        clients.get(i).getOutputStream().write((i + "\n").getBytes(US_ASCII));
      }
      for (int i = 0; i < clients.size(); i++) {
        assertThat(TestServer.readLine(clients.get(i).getInputStream()))
            .isEqualTo(Integer.toString(i));
      }
      BalancerStats stats = fixture.balancer().stats();
      assertThat(stats.frontends().get("web").accepted()).isEqualTo(1_000);
      assertThat(stats.frontends().get("web").active()).isEqualTo(1_000);
      assertThat(stats.frontends().get("web").fromClients()).isEqualTo(3_890);
      assertThat(stats.activeByBackend()).containsEntry("a", 500).containsEntry("b", 500);
    }
  }

  private static long count(InputStream in) throws IOException {
    byte[] buffer = new byte[1 << 16];
    long total = 0;
    for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
      total += n;
    }
    return total;
  }

  private static long crc(byte[] data) {
    CRC32 crc = new CRC32();
    crc.update(data);
    return crc.getValue();
  }

  private static long crc(InputStream in) throws IOException {
    CRC32 crc = new CRC32();
    byte[] buffer = new byte[1 << 16];
    for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
      crc.update(buffer, 0, n);
    }
    return crc.getValue();
  }
}
