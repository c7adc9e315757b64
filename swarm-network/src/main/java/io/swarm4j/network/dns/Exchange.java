package io.swarm4j.network.dns;

import io.swarm4j.model.Ip;
import io.swarm4j.model.NetworkId;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/**
 * What the sockets of one address share: who asks there, and what is replied. Confined to one loop,
 * but for the networks, which may change at any time.
 */
final class Exchange {
  private final AddressBook book;
  private final Responder responder;
  private final UdpForwarder udpForwarder;
  private final TcpForwarder tcpForwarder;
  private final LongAdder queries;
  private volatile List<NetworkId> networks;

  /**
   * @param networks what askers may see who have no address in the swarm
   */
  Exchange(
      AddressBook book,
      Responder responder,
      UdpForwarder udpForwarder,
      TcpForwarder tcpForwarder,
      LongAdder queries,
      List<NetworkId> networks) {
    this.book = book;
    this.responder = responder;
    this.udpForwarder = udpForwarder;
    this.tcpForwarder = tcpForwarder;
    this.queries = queries;
    this.networks = networks;
  }

  void serve(List<NetworkId> others) {
    networks = others;
  }

  UdpForwarder udpForwarder() {
    return udpForwarder;
  }

  TcpForwarder tcpForwarder() {
    return tcpForwarder;
  }

  int questionEnd() {
    return responder.questionEnd();
  }

  Responder.Outcome respond(
      ByteBuffer query, InetSocketAddress asker, boolean datagram, ByteBuffer reply) {
    queries.increment();
    AddressBook.Entry entry = book.find(Ip.of(asker.getAddress()));
    return responder.respond(query, entry == null ? networks : entry.networks(), datagram, reply);
  }
}
