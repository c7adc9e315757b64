package io.swarm4j.network.dns;

import static io.swarm4j.network.allocator.TestSwarm.spec;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsResponseCode;
import io.swarm4j.model.Network;
import io.swarm4j.model.NetworkId;
import io.swarm4j.model.Service;
import io.swarm4j.network.allocator.TestSwarm;
import io.swarm4j.time.Chance;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class DnsServerTest {
  private final TestSwarm swarm = new TestSwarm();
  private final AddressBook book = new AddressBook();
  private static final int BURST = 100;
  private static final long MOST_GROWTH = 8L << 20;

  private final Discovery discovery = new Discovery(swarm::view);
  private final InetAddress here = InetAddress.getLoopbackAddress();
  private DnsServer server;
  private Network backend;
  private Service web;

  @BeforeEach
  void start() {
    swarm.ingress();
    backend = swarm.overlay("backend", "127.93.9.0/24");
    web = swarm.service(spec("web", "backend"));
    swarm.tasks(web, 1, 3).forEach(swarm::start);
    book.reset(swarm.view());
    server = server(List.of());
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private DnsServer server(List<InetSocketAddress> upstreams) {
    return DnsServer.builder("test", discovery, book, Chance.seeded(1))
        .upstreams(upstreams)
        .build();
  }

  private static InetSocketAddress listen(DnsServer server, List<NetworkId> networks)
      throws Exception {
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    DnsServer.Listening listening =
        server.listen(Map.of(any, networks)).toCompletableFuture().get(30, TimeUnit.SECONDS);
    assertThat(listening.failures()).isEmpty();
    return listening.open().get(any);
  }

  @Test
  void answersOverUdpAndTcp() throws Exception {
    InetSocketAddress address = listen(server, List.of(backend.id()));
    byte[] query = Dig.query("tasks.web.", DnsRecordType.A, 1400);
    assertThat(Dig.udp(address, here, query).data()).hasSize(3);
    assertThat(Dig.tcp(address, query).data()).hasSize(3);
  }

  @Test
  void whoAsksDecidesWhatIsSeen() throws Exception {
    InetSocketAddress address = listen(server, List.of());
    byte[] query = Dig.query("web.", DnsRecordType.A, 0);
    assertThat(Dig.udp(address, here, query).code()).isEqualTo(DnsResponseCode.NXDOMAIN);
    InetAddress task = InetAddress.getByName("127.93.9.3");
    assertThat(Dig.udp(address, task, query).data()).containsExactly("127.93.9.2");
  }

  @Test
  void othersNamesAreAskedUpstream() throws Exception {
    InetSocketAddress upstream = listen(server, List.of(backend.id()));
    InetSocketAddress dead = deadPort();
    try (DnsServer local = server(List.of(dead, upstream))) {
      InetSocketAddress address = listen(local, List.of());
      byte[] query = Dig.query("tasks.web.", DnsRecordType.A, 1400);
      Dig.Reply reply = Dig.udp(address, here, query);
      assertThat(reply.data()).hasSize(3);
      assertThat(Dig.tcp(address, query).data()).hasSize(3);
    }
  }

  @Test
  void aDeadUpstreamIsAFailureNotASilence() throws Exception {
    try (DnsServer local = server(List.of(deadPort()))) {
      InetSocketAddress address = listen(local, List.of());
      byte[] query = Dig.query("example.org.", DnsRecordType.A, 1400);
      assertThat(Dig.udp(address, here, query).code()).isEqualTo(DnsResponseCode.SERVFAIL);
      assertThat(Dig.tcp(address, query).code()).isEqualTo(DnsResponseCode.SERVFAIL);
    }
  }

  private static InetSocketAddress deadPort() throws IOException {
    try (DatagramSocket free = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      return (InetSocketAddress) free.getLocalSocketAddress();
    }
  }

  @Test
  void anAddressThatIsTakenDoesNotKeepTheOthersFromOpening() throws Exception {
    InetSocketAddress busy = listen(server, List.of());
    server.close();
    server = server(List.of());
    try (DatagramSocket taken = new DatagramSocket(busy)) {
      InetSocketAddress free = new InetSocketAddress(here, 0);
      Map<InetSocketAddress, List<NetworkId>> wanted =
          Map.of(busy, List.of(), free, List.of(backend.id()));
      DnsServer.Listening first =
          server.listen(wanted).toCompletableFuture().get(30, TimeUnit.SECONDS);
      assertThat(first.failures()).extracting(DnsServer.Failure::address).containsExactly(busy);
      assertThat(first.open()).containsOnlyKeys(free);
      taken.close();
      DnsServer.Listening second =
          server.listen(wanted).toCompletableFuture().get(30, TimeUnit.SECONDS);
      assertThat(second.failures()).isEmpty();
      assertThat(second.open()).containsKeys(busy, free);
    }
  }

  @Test
  void garbageOnAConnectionEndsThatOneOnly() throws Exception {
    InetSocketAddress address = listen(server, List.of(backend.id()));
    try (Socket rude = new Socket(here, address.getPort())) {
      rude.setSoTimeout(30_000);
      rude.getOutputStream().write(new byte[] {0, 3, 1, 2, 3});
      assertThat(rude.getInputStream().read()).isEqualTo(-1);
    }
    assertThat(Dig.tcp(address, Dig.query("web.", DnsRecordType.A, 0)).data()).hasSize(1);
  }

  @Test
  void closingFreesThePort() throws Exception {
    InetSocketAddress address = listen(server, List.of());
    server.close();
    try (DatagramSocket udp = new DatagramSocket(address)) {
      assertThat(udp.isBound()).isTrue();
    }
  }

  @Test
  void aFloodOfForeignNamesLeavesOurOwnAnswered() throws Exception {
    try (DatagramSocket silent = new DatagramSocket(new InetSocketAddress(here, 0));
        DnsServer forwarding = server(List.of(new InetSocketAddress(here, silent.getLocalPort())));
        DatagramSocket hostile = new DatagramSocket()) {
      InetSocketAddress address = listen(forwarding, List.of(backend.id()));
      byte[] own = Dig.query("web.", DnsRecordType.A, 1400);
      for (int i = 0; i < 50 * BURST; i++) {
        byte[] foreign = Dig.query("n" + i + ".example.org.", DnsRecordType.A, 1400);
        hostile.send(new DatagramPacket(foreign, foreign.length, address));
        if (i % BURST == 0) { // else the kernel drops what does not fit into the buffer
          assertThat(Dig.udp(address, here, own).data()).hasSize(1);
        }
      }
    }
  }

  /** For ten minutes: {@code -Dswarm4j.fuzz.seconds=600}. */
  @Test
  @Timeout(1200)
  void floodsOfGarbageNeitherStopItNorMakeItGrow() throws Exception {
    InetSocketAddress address = listen(server, List.of(backend.id()));
    Chance chance = Chance.seeded(21);
    byte[] good = Dig.query("web.", DnsRecordType.A, 1400);
    long end = System.nanoTime() + Integer.getInteger("swarm4j.fuzz.seconds", 1) * 1_000_000_000L;
    long before = heapInUse();
    long datagrams = 0;
    long connections = 0;
    try (DatagramSocket hostile = new DatagramSocket()) {
      while (System.nanoTime() < end) {
        for (int i = 0; i < BURST; i++) {
          byte[] message = ResponderTest.mutate(good, chance);
          hostile.send(new DatagramPacket(message, message.length, address));
          datagrams++;
        }
        try (Socket garbage = new Socket(address.getAddress(), address.getPort())) {
          byte[] message = ResponderTest.mutate(good, chance);
          garbage.getOutputStream().write(chance.nextInt(2));
          garbage.getOutputStream().write(message.length);
          garbage.getOutputStream().write(message, 0, chance.nextInt(message.length));
          connections++;
        }
        assertThat(Dig.udp(address, here, good).data()).as("after %s", datagrams).hasSize(1);
      }
    }
    assertThat(Dig.tcp(address, good).data()).hasSize(1);
    long growth = heapInUse() - before;
    assertThat(growth).as("bytes after %s datagrams", datagrams).isLessThan(MOST_GROWTH);
    System.out.printf(
        "%,d datagrams and %,d connections of garbage, heap grew by %,d KiB%n",
        datagrams, connections, growth / 1024);
  }

  private static long heapInUse() {
    System.gc();
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }
}
