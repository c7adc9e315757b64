package io.swarm4j.network.lb;

import static io.swarm4j.network.lb.BalancerFixture.ANY_PORT;
import static io.swarm4j.network.lb.BalancerFixture.connect;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.model.Ip;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How a backend learns the client's address. */
@Timeout(60)
class ProxyHeaderTest {

  @Test
  void version1IsALineBeforeTheClientsFirstByte() throws Exception {
    try (BalancerFixture fixture = new BalancerFixture()) {
      InetSocketAddress web = echoBehind(fixture, ProxyProtocol.V1, ANY_PORT);
      try (Socket client = connect(web)) {
        client.getOutputStream().write("GET /\n".getBytes(US_ASCII));
        assertThat(TestServer.readLine(client.getInputStream()))
            .isEqualTo(
                "PROXY TCP4 127.0.0.1 127.0.0.1 "
                    + client.getLocalPort()
                    + " "
                    + web.getPort()
                    + "\r");
        assertThat(TestServer.readLine(client.getInputStream())).isEqualTo("GET /");
      }
    }
  }

  @Test
  void version1NamesTheIpv6Family() throws Exception {
    try (BalancerFixture fixture = new BalancerFixture()) {
      InetSocketAddress web =
          echoBehind(
              fixture, ProxyProtocol.V1, new InetSocketAddress(Ip.parse("::1").toInetAddress(), 0));
      try (Socket client = connect(web)) {
        assertThat(TestServer.readLine(client.getInputStream()))
            .startsWith("PROXY TCP6 0:0:0:0:0:0:0:1 0:0:0:0:0:0:0:1 ");
      }
    }
  }

  @Test
  void version2IsBinary() throws Exception {
    try (BalancerFixture fixture = new BalancerFixture()) {
      InetSocketAddress web = echoBehind(fixture, ProxyProtocol.V2, ANY_PORT);
      try (Socket client = connect(web)) {
        byte[] header = client.getInputStream().readNBytes(28);
        assertThat(header)
            .isEqualTo(
                ByteBuffer.allocate(28)
                    .put("\r\n\r\n\0\r\nQUIT\n".getBytes(US_ASCII))
                    .put((byte) 0x21)
                    .put((byte) 0x11)
                    .putShort((short) 12)
                    .put(new byte[] {127, 0, 0, 1, 127, 0, 0, 1})
                    .putShort((short) client.getLocalPort())
                    .putShort((short) web.getPort())
                    .array());
      }
    }
  }

  private static InetSocketAddress echoBehind(
      BalancerFixture fixture, ProxyProtocol version, InetSocketAddress bind) throws Exception {
    TestServer echo =
        fixture.closing(
            new TestServer(
                "a", socket -> socket.getInputStream().transferTo(socket.getOutputStream())));
    return fixture
        .apply(
            new Frontend(
                "web",
                List.of(bind),
                Protocol.TCP,
                Algorithm.ROUND_ROBIN,
                version,
                List.of(echo.backend())))
        .listening()
        .get(0)
        .actual();
  }
}
