package io.swarm4j.network.dns;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.handler.codec.dns.AbstractDnsOptPseudoRrRecord;
import io.netty.handler.codec.dns.DatagramDnsQuery;
import io.netty.handler.codec.dns.DatagramDnsQueryEncoder;
import io.netty.handler.codec.dns.DatagramDnsResponse;
import io.netty.handler.codec.dns.DatagramDnsResponseDecoder;
import io.netty.handler.codec.dns.DefaultDnsQuestion;
import io.netty.handler.codec.dns.DnsPtrRecord;
import io.netty.handler.codec.dns.DnsRawRecord;
import io.netty.handler.codec.dns.DnsRecord;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsResponseCode;
import io.netty.handler.codec.dns.DnsSection;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Asks a name server; Netty's codec, which the server does not use, writes and reads messages. */
final class Dig {
  private static final InetSocketAddress ANYWHERE = new InetSocketAddress("127.0.0.1", 1);
  private static final int PATIENCE_MILLIS = 30_000;

  private Dig() {}

  /** A reply in plain values; each record is its data, after its TTL and a space. */
  record Reply(
      DnsResponseCode code,
      boolean truncated,
      boolean authoritative,
      boolean recursionAvailable,
      List<String> answers,
      List<String> additional,
      int bytes) {

    /** The answers without their TTL, sorted. */
    List<String> data() {
      return answers.stream().map(text -> text.substring(text.indexOf(' ') + 1)).sorted().toList();
    }
  }

  static byte[] query(String name, DnsRecordType type, int ednsSize) {
    DatagramDnsQuery query = new DatagramDnsQuery(ANYWHERE, ANYWHERE, 4711);
    query.setRecursionDesired(true);
    query.addRecord(DnsSection.QUESTION, new DefaultDnsQuestion(name, type));
    if (ednsSize > 0) {
      query.addRecord(DnsSection.ADDITIONAL, new AbstractDnsOptPseudoRrRecord(ednsSize, 0, 0) {});
    }
    EmbeddedChannel channel = new EmbeddedChannel(new DatagramDnsQueryEncoder());
    channel.writeOutbound(query);
    DatagramPacket packet = channel.readOutbound();
    byte[] bytes = new byte[packet.content().readableBytes()];
    packet.content().readBytes(bytes);
    packet.release();
    return bytes;
  }

  static Reply read(byte[] bytes) {
    EmbeddedChannel channel = new EmbeddedChannel(new DatagramDnsResponseDecoder());
    channel.writeInbound(new DatagramPacket(Unpooled.wrappedBuffer(bytes), ANYWHERE, ANYWHERE));
    DatagramDnsResponse response = channel.readInbound();
    try {
      if (response.id() != 4711) {
        throw new AssertionError("the reply has another number: " + response);
      }
      return new Reply(
          response.code(),
          response.isTruncated(),
          response.isAuthoritativeAnswer(),
          response.isRecursionAvailable(),
          records(response, DnsSection.ANSWER),
          records(response, DnsSection.ADDITIONAL),
          bytes.length);
    } finally {
      response.release();
    }
  }

  private static List<String> records(DatagramDnsResponse response, DnsSection section) {
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < response.count(section); i++) {
      DnsRecord record = response.recordAt(section, i);
      if (record.type().equals(DnsRecordType.OPT)) {
        continue;
      }
      texts.add(record.timeToLive() + " " + data(record));
    }
    return texts;
  }

  private static String data(DnsRecord record) {
    if (record instanceof DnsPtrRecord pointer) {
      return pointer.hostname();
    }
    ByteBuf data = ((DnsRawRecord) record).content();
    try {
      if (record.type().equals(DnsRecordType.SRV)) {
        data.skipBytes(4);
        int port = data.readUnsignedShort();
        return port + " " + name(data);
      }
      byte[] address = new byte[data.readableBytes()];
      data.readBytes(address);
      return InetAddress.getByAddress(address).getHostAddress();
    } catch (IOException e) {
      throw new AssertionError("not an address: " + record, e);
    }
  }

  private static String name(ByteBuf data) {
    StringBuilder name = new StringBuilder();
    int length;
    while ((length = data.readUnsignedByte()) != 0) {
      name.append(data.readCharSequence(length, java.nio.charset.StandardCharsets.US_ASCII));
      name.append('.');
    }
    return name.toString();
  }

  static Reply udp(InetSocketAddress server, InetAddress from, byte[] query) throws IOException {
    try (DatagramSocket socket = new DatagramSocket(new InetSocketAddress(from, 0))) {
      socket.setSoTimeout(PATIENCE_MILLIS);
      socket.send(new java.net.DatagramPacket(query, query.length, server));
      java.net.DatagramPacket packet = new java.net.DatagramPacket(new byte[65_535], 65_535);
      socket.receive(packet);
      return read(
          ByteBuffer.allocate(packet.getLength())
              .put(packet.getData(), 0, packet.getLength())
              .array());
    }
  }

  static Reply tcp(InetSocketAddress server, byte[] query) throws IOException {
    try (Socket socket = new Socket()) {
      socket.setSoTimeout(PATIENCE_MILLIS);
      socket.connect(server, PATIENCE_MILLIS);
      DataOutputStream out = new DataOutputStream(socket.getOutputStream());
      out.writeShort(query.length);
      out.write(query);
      out.flush();
      DataInputStream in = new DataInputStream(socket.getInputStream());
      byte[] reply = new byte[in.readUnsignedShort()];
      in.readFully(reply);
      return read(reply);
    }
  }
}
