package io.swarm4j.network.dns;

import static io.swarm4j.network.allocator.TestSwarm.spec;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsResponseCode;
import io.swarm4j.model.EndpointSpec;
import io.swarm4j.model.EndpointSpec.EndpointMode;
import io.swarm4j.model.Network;
import io.swarm4j.model.NetworkSpecBuilder;
import io.swarm4j.model.PortSpec;
import io.swarm4j.model.Service;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskState;
import io.swarm4j.network.allocator.TestSwarm;
import io.swarm4j.network.dns.Responder.Outcome;
import io.swarm4j.testing.Feature;
import io.swarm4j.time.Chance;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ResponderTest {
  private static final int LARGE = 4096;

  private final TestSwarm swarm = new TestSwarm();
  private final AddressBook book = new AddressBook();
  private final Zone zone = new Zone(new Discovery(swarm::view), book, 10);
  private final Responder responder = new Responder(zone, false);
  private final ByteBuffer buffer = ByteBuffer.allocate(Responder.LARGEST_MESSAGE);
  private Network ingress;
  private Network backend;

  @BeforeEach
  void networks() {
    ingress = swarm.ingress();
    backend = swarm.overlay("backend", "10.0.9.0/24");
  }

  private Service running(ServiceSpec spec, int replicas) {
    Service service = swarm.service(spec);
    swarm.tasks(service, 1, replicas).forEach(swarm::start);
    book.reset(swarm.view());
    return swarm.now(service);
  }

  private Dig.Reply dig(String name, DnsRecordType type, Network... from) {
    return ask(Dig.query(name, type, LARGE), true, from);
  }

  private Dig.Reply ask(byte[] query, boolean datagram, Network... from) {
    List<io.swarm4j.model.NetworkId> networks = List.of(from).stream().map(Network::id).toList();
    assertThat(responder.respond(ByteBuffer.wrap(query), networks, datagram, buffer))
        .isEqualTo(Outcome.REPLY);
    byte[] reply = new byte[buffer.limit()];
    buffer.get(0, reply);
    return Dig.read(reply);
  }

  @Test
  @Feature({"K06", "K07", "K08", "K10"})
  void aServiceHasOneAddressAndItsTasksHaveTheirs() {
    Service customer = running(spec("customer", "backend"), 3);

    Dig.Reply service = dig("Customer.", DnsRecordType.A, backend);
    assertThat(service.answers()).containsExactly("10 10.0.9.2");
    assertThat(service.authoritative()).isTrue();
    Dig.Reply tasks = dig("tasks.customer.", DnsRecordType.A, backend);
    assertThat(tasks.data()).containsExactly("10.0.9.3", "10.0.9.4", "10.0.9.5");
    assertThat(tasks.answers()).allMatch(answer -> answer.startsWith("0 "));

    swarm.tasks(customer, 4, 6).forEach(swarm::start);
    assertThat(dig("tasks.customer.", DnsRecordType.A, backend).answers()).hasSize(6);
    Task first = swarm.view().tasksOf(customer.id()).get(0);
    swarm.desire(first, TaskState.SHUTDOWN);
    assertThat(dig("tasks.customer.", DnsRecordType.A, backend).answers()).hasSize(5);
    assertThat(dig("customer.", DnsRecordType.A, backend).data()).containsExactly("10.0.9.2");
  }

  @Test
  @Feature("K13")
  void roundRobinBeginsWithAnotherTaskEachTime() {
    running(
        spec("customer", "backend").withEndpoint(new EndpointSpec(EndpointMode.DNSRR, List.of())),
        3);
    Set<String> firsts = new HashSet<>();
    for (int i = 0; i < 3; i++) {
      Dig.Reply reply = dig("customer.", DnsRecordType.A, backend);
      assertThat(reply.answers()).hasSize(3).allMatch(answer -> answer.startsWith("0 "));
      firsts.add(reply.answers().get(0));
    }
    assertThat(firsts).hasSize(3);
  }

  @Test
  @Feature("H07")
  void namesAreSeenFromTheirNetworksOnly() {
    running(
        spec("customer", "backend").withEndpoint(EndpointSpec.publish(PortSpec.ingress(80, 80))),
        1);
    Network other = swarm.overlay("other");
    for (Network from : List.of(ingress, other)) {
      Dig.Reply reply = dig("customer.", DnsRecordType.A, from);
      assertThat(reply.code()).isEqualTo(DnsResponseCode.NXDOMAIN);
      assertThat(reply.answers()).isEmpty();
    }
    assertThat(dig("customer.", DnsRecordType.A).code()).isEqualTo(DnsResponseCode.NXDOMAIN);
  }

  @Test
  void whatExistsWithoutRecordsOfATypeIsNotDenied() {
    running(spec("customer", "backend"), 1);
    Dig.Reply reply = dig("customer.", DnsRecordType.AAAA, backend);
    assertThat(reply.code()).isEqualTo(DnsResponseCode.NOERROR);
    assertThat(reply.answers()).isEmpty();
  }

  @Test
  void bothFamiliesAreAnswered() {
    Network dual = swarm.network(NetworkSpecBuilder.builder().name("dual").ipv6(true).build());
    running(spec("web", "dual"), 1);
    assertThat(dig("web.", DnsRecordType.A, dual).data()).containsExactly("10.0.1.2");
    assertThat(dig("web.", DnsRecordType.AAAA, dual).data())
        .containsExactly("fd53:7761:726d:0:0:0:0:2");
    assertThat(dig("web.", DnsRecordType.ANY, dual).answers()).hasSize(2);
    String reverse = "2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.6.2.7.1.6.7.7.3.5.d.f.ip6.arpa.";
    assertThat(dig(reverse, DnsRecordType.PTR, dual).data()).containsExactly("web.");
  }

  @Test
  void addressesHaveNames() {
    running(spec("db", "backend"), 2);
    assertThat(dig("2.9.0.10.in-addr.arpa.", DnsRecordType.PTR, backend).data())
        .containsExactly("db.");
    assertThat(dig("3.9.0.10.in-addr.arpa.", DnsRecordType.PTR, backend).data())
        .containsExactly("1.db.");
    assertThat(dig("3.9.0.10.in-addr.arpa.", DnsRecordType.PTR, ingress).code())
        .isEqualTo(DnsResponseCode.NXDOMAIN);
    assertThat(dig("77.9.0.10.in-addr.arpa.", DnsRecordType.PTR, backend).code())
        .isEqualTo(DnsResponseCode.NXDOMAIN);
  }

  @Test
  void portsAreFoundByNameAndByNumber() {
    PortSpec http =
        new PortSpec(
            "http", PortSpec.Protocol.TCP, 8080, 0, PortSpec.PublishMode.INGRESS, List.of());
    running(spec("web", "backend").withEndpoint(EndpointSpec.publish(http)), 2);
    for (String name : List.of("_http._tcp.web.", "_8080._tcp.web.")) {
      Dig.Reply reply = dig(name, DnsRecordType.SRV, backend);
      assertThat(reply.data()).containsExactly("8080 1.web.", "8080 2.web.");
      assertThat(reply.additional()).hasSize(2);
    }
    assertThat(dig("_https._tcp.web.", DnsRecordType.SRV, backend).code())
        .isEqualTo(DnsResponseCode.NXDOMAIN);
    assertThat(dig("_http._udp.web.", DnsRecordType.SRV, backend).code())
        .isEqualTo(DnsResponseCode.NXDOMAIN);
  }

  @Test
  @Feature("H14")
  void aRandomPublishedPortIsFoundOnTheNodes() {
    swarm.node("m1", "192.168.0.1");
    swarm.node("w1", "192.168.0.2");
    running(spec("web", "backend").withEndpoint(EndpointSpec.publish(PortSpec.ingress(0, 80))), 1);
    Dig.Reply reply = dig("_80._tcp.published.web.", DnsRecordType.SRV, backend);
    assertThat(reply.data()).containsExactly("30000 m1.nodes.", "30000 w1.nodes.");
    assertThat(dig("w1.nodes.", DnsRecordType.A, backend).data()).containsExactly("192.168.0.2");
  }

  @Test
  void aLongAnswerIsCutToWhatTheAskerTakes() {
    Network large = swarm.overlay("large", "10.1.0.0/16");
    running(spec("many", "large"), 300);
    Dig.Reply classic = ask(Dig.query("tasks.many.", DnsRecordType.A, 0), true, large);
    assertThat(classic.truncated()).isTrue();
    assertThat(classic.bytes()).isLessThanOrEqualTo(512);
    assertThat(classic.answers()).hasSizeGreaterThan(20);
    Dig.Reply edns = ask(Dig.query("tasks.many.", DnsRecordType.A, LARGE), true, large);
    assertThat(edns.truncated()).isTrue();
    assertThat(edns.bytes()).isBetween(1100, Responder.LARGEST_DATAGRAM);
    Dig.Reply stream = ask(Dig.query("tasks.many.", DnsRecordType.A, 0), false, large);
    assertThat(stream.truncated()).isFalse();
    assertThat(new HashSet<>(stream.data())).hasSize(300);
  }

  @Test
  void whatIsNoQueryGetsNoReply() {
    byte[] response = Dig.query("web.", DnsRecordType.A, 0);
    response[2] |= (byte) 0x80;
    assertThat(outcome(response)).isEqualTo(Outcome.NONE);
    assertThat(outcome(new byte[11])).isEqualTo(Outcome.NONE);
  }

  @Test
  void malformedQueriesAreToldSo() {
    byte[] query = Dig.query("web.", DnsRecordType.A, 0);
    byte[] twoQuestions = query.clone();
    twoQuestions[5] = 2;
    assertThat(ask(twoQuestions, true).code()).isEqualTo(DnsResponseCode.FORMERR);
    byte[] compressed = query.clone();
    compressed[12] = (byte) 0xc0;
    assertThat(ask(compressed, true).code()).isEqualTo(DnsResponseCode.FORMERR);
    byte[] update = query.clone();
    update[2] |= 5 << 3;
    assertThat(ask(update, true).code()).isEqualTo(DnsResponseCode.NOTIMP);
    byte[] chaos = query.clone();
    chaos[chaos.length - 1] = 3;
    assertThat(ask(chaos, true).code()).isEqualTo(DnsResponseCode.REFUSED);
  }

  private Outcome outcome(byte[] query) {
    return responder.respond(ByteBuffer.wrap(query), List.of(backend.id()), true, buffer);
  }

  /** {@code -Dswarm4j.fuzz=N} makes N times as many. */
  @Test
  void noMessageBreaksIt() {
    running(spec("customer", "backend"), 3);
    Chance chance = Chance.seeded(20);
    List<byte[]> seeds =
        List.of(
            Dig.query("customer.", DnsRecordType.A, LARGE),
            Dig.query("tasks.customer.", DnsRecordType.ANY, 0),
            Dig.query("_80._tcp.customer.", DnsRecordType.SRV, LARGE),
            Dig.query("3.9.0.10.in-addr.arpa.", DnsRecordType.PTR, 0));
    long rounds = 200_000L * Integer.getInteger("swarm4j.fuzz", 1);
    for (long i = 0; i < rounds; i++) {
      byte[] message = mutate(seeds.get(chance.nextInt(seeds.size())), chance);
      if (outcome(message) == Outcome.REPLY) {
        assertThat(buffer.limit()).isBetween(Wire.HEADER, Responder.LARGEST_DATAGRAM);
        assertThat(buffer.get(0)).isEqualTo(message[0]);
        assertThat(buffer.get(2) & 0x80).isNotZero();
      }
    }
    assertThat(dig("customer.", DnsRecordType.A, backend).data()).containsExactly("10.0.9.2");
  }

  static byte[] mutate(byte[] seed, Chance chance) {
    byte[] message =
        java.util.Arrays.copyOf(seed, seed.length + chance.nextInt(3) * chance.nextInt(40));
    for (int i = chance.nextInt(6); i > 0; i--) {
      message[chance.nextInt(message.length)] = (byte) chance.nextInt(256);
    }
    return java.util.Arrays.copyOf(
        message, message.length - chance.nextInt(2) * chance.nextInt(message.length));
  }
}
