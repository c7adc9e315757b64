package io.swarm4j.network.lb;

import static io.swarm4j.network.lb.BalancerFixture.ANY_PORT;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Datagrams through the balancer. */
@Timeout(120)
@ParameterizedClass
@MethodSource("io.swarm4j.network.lb.BalancerFixture#transports")
class UdpBalancerTest {
  /** Connections that leave this machine's usual address do not take its ports. */
  private static final InetSocketAddress ANY_PORT_OF_ITS_OWN =
      new InetSocketAddress("127.0.0.77", 0);

  private final BalancerFixture fixture;
  private final List<DatagramSocket> sockets = new ArrayList<>();

  UdpBalancerTest(Transport transport) {
    fixture = new BalancerFixture(transport);
  }

  @AfterEach
  void close() throws Exception {
    sockets.forEach(DatagramSocket::close);
    fixture.close();
  }

  /** Answers each datagram with its id and the datagram. */
  private Backend echo(String id) throws IOException {
    DatagramSocket socket = client();
    socket.setSoTimeout(0);
    Thread thread =
        new Thread(
            () -> {
              try {
                while (true) {
                  DatagramPacket packet = new DatagramPacket(new byte[2000], 2000);
                  socket.receive(packet);
                  String text = id + ":" + text(packet);
                  byte[] reply = text.getBytes(US_ASCII);
                  socket.send(new DatagramPacket(reply, reply.length, packet.getSocketAddress()));
                }
              } catch (IOException closed) {
                // the test is over
              }
            },
            "udp-" + id);
    thread.setDaemon(true);
    thread.start();
    return new Backend(id, (InetSocketAddress) socket.getLocalSocketAddress(), true);
  }

  private DatagramSocket client() throws IOException {
    DatagramSocket socket = new DatagramSocket(ANY_PORT);
    socket.setSoTimeout(30_000);
    sockets.add(socket);
    return socket;
  }

  private static String text(DatagramPacket packet) {
    return new String(packet.getData(), 0, packet.getLength(), US_ASCII);
  }

  private static Frontend dns(Backend... backends) {
    return new Frontend(
        "dns",
        List.of(ANY_PORT_OF_ITS_OWN),
        Protocol.UDP,
        Algorithm.ROUND_ROBIN,
        ProxyProtocol.NONE,
        List.of(backends));
  }

  private InetSocketAddress open(Backend... backends) throws Exception {
    return fixture.apply(dns(backends)).listening().get(0).actual();
  }

  private static String ask(DatagramSocket client, InetSocketAddress address, String text)
      throws IOException {
    byte[] bytes = text.getBytes(US_ASCII);
    client.send(new DatagramPacket(bytes, bytes.length, address));
    DatagramPacket reply = new DatagramPacket(new byte[2000], 2000);
    client.receive(reply);
    return text(reply);
  }

  @Test
  void aFlowStaysAndFlowsAreSpread() throws Exception {
    InetSocketAddress address = open(echo("a"), echo("b"));
    TreeSet<String> answered = new TreeSet<>();
    for (int i = 0; i < 2; i++) {
      DatagramSocket client = client();
      String first = ask(client, address, "x");
      assertThat(ask(client, address, "x")).isEqualTo(first);
      answered.add(first);
    }
    assertThat(answered).containsExactly("a:x", "b:x");
    BalancerStats.FrontendStats stats = fixture.balancer().stats().frontends().get("dns");
    assertThat(stats.accepted()).isEqualTo(2);
    assertThat(stats.fromClients()).isEqualTo(4);
    assertThat(stats.toClients()).isEqualTo(12);
  }

  @Test
  void aFlowMovesWhenItsBackendIsWithdrawn() throws Exception {
    Backend a = echo("a");
    Backend b = echo("b");
    InetSocketAddress address = open(a);
    DatagramSocket client = client();
    assertThat(ask(client, address, "1")).isEqualTo("a:1");
    fixture.apply(dns(b));
    assertThat(ask(client, address, "2")).isEqualTo("b:2");
    assertThat(fixture.balancer().stats().activeByBackend()).containsEntry("b", 1);
  }

  @Test
  void datagramsAndConnectionsShareAnAddress() throws Exception {
    InetSocketAddress address = open(echo("a"));
    fixture.apply(
        new Frontend(
            "dns",
            List.of(address),
            Protocol.UDP,
            Algorithm.ROUND_ROBIN,
            ProxyProtocol.NONE,
            List.of(echo("b"))),
        Frontend.tcp("tcp", address, List.of(fixture.greeting("t").backend())));
    assertThat(BalancerFixture.whoAnswers(address)).isEqualTo("t");
    assertThat(ask(client(), address, "x")).isEqualTo("b:x");
  }
}
