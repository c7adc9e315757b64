package io.swarm4j.network.dns;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.swarm4j.model.Ip;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** Numbers of the domain name system, and the records that it carries (RFC 1035, 2782, 3596). */
final class Wire {
  static final int HEADER = 12;
  static final int RESPONSE = 0x8000;
  static final int OPCODE = 0x7800;
  static final int AUTHORITATIVE = 0x0400;
  static final int TRUNCATED = 0x0200;
  static final int RECURSION_DESIRED = 0x0100;
  static final int RECURSION_AVAILABLE = 0x0080;
  static final int CHECKING_DISABLED = 0x0010;

  static final int NO_ERROR = 0;
  static final int FORMAT_ERROR = 1;
  static final int SERVER_FAILURE = 2;
  static final int NAME_ERROR = 3;
  static final int NOT_IMPLEMENTED = 4;
  static final int REFUSED = 5;

  /** The upper bits of 16, which stand in the OPT record. */
  static final int BAD_VERSION_UPPER = 1;

  static final int A = 1;
  static final int SOA = 6;
  static final int PTR = 12;
  static final int AAAA = 28;
  static final int SRV = 33;
  static final int OPT = 41;
  static final int ANY = 255;
  static final int CLASS_IN = 1;
  static final int CLASS_ANY = 255;
  static final int DNSSEC_OK = 0x8000;

  private static final int V4_BYTES = 4;
  private static final int V6_BYTES = 16;
  private static final int LONGEST_LABEL = 63;

  /** Points to the question's name, which stands right behind the header. */
  private static final byte[] QUESTION_NAME = {(byte) 0xc0, HEADER};

  private Wire() {}

  /** An A or AAAA record of the question's name. */
  static byte[] address(Ip ip, int ttl) {
    return address(QUESTION_NAME, ip, ttl);
  }

  /** An A or AAAA record of any name. */
  static byte[] address(byte[] owner, Ip ip, int ttl) {
    ByteBuffer data = ByteBuffer.allocate(ip.isV4() ? V4_BYTES : V6_BYTES);
    if (ip.isV4()) {
      data.putInt((int) ip.lo());
    } else {
      data.putLong(ip.hi()).putLong(ip.lo());
    }
    return record(owner, ip.isV4() ? A : AAAA, ttl, data.array());
  }

  /** A PTR record of the question's name. */
  static byte[] pointer(String name, int ttl) {
    return record(QUESTION_NAME, PTR, ttl, name(name));
  }

  /** An SRV record of the question's name; all of them have the same priority and weight. */
  static byte[] server(int port, byte[] target, int ttl) {
    ByteBuffer data = ByteBuffer.allocate(6 + target.length);
    data.putShort((short) 0).putShort((short) 1).putShort((short) port).put(target);
    return record(QUESTION_NAME, SRV, ttl, data.array());
  }

  /** The record that tells for how many seconds the absence of something may be remembered. */
  static byte[] startOfAuthority(int ttl) {
    byte[] server = name("swarm");
    ByteBuffer data = ByteBuffer.allocate(server.length + 1 + 20);
    data.put(server).put((byte) 0).putInt(1).putInt(60).putInt(60).putInt(60).putInt(ttl);
    return record(QUESTION_NAME, SOA, ttl, data.array());
  }

  private static byte[] record(byte[] owner, int type, int ttl, byte[] data) {
    return ByteBuffer.allocate(owner.length + 10 + data.length)
        .put(owner)
        .putShort((short) type)
        .putShort((short) CLASS_IN)
        .putInt(ttl)
        .putShort((short) data.length)
        .put(data)
        .array();
  }

  /**
   * The reply to a query that could not be answered.
   *
   * @param questionEnd length of the query's header and question, all of the rest is left out
   */
  static byte[] failure(byte[] query, int questionEnd) {
    ByteBuffer reply = ByteBuffer.wrap(Arrays.copyOf(query, questionEnd));
    int asked = reply.getShort(2) & RECURSION_DESIRED;
    reply.putShort(2, (short) (RESPONSE | asked | RECURSION_AVAILABLE | SERVER_FAILURE));
    reply.putShort(6, (short) 0).putInt(8, 0);
    return reply.array();
  }

  /**
   * A name as on the wire.
   *
   * @throws IllegalArgumentException if it is not a domain name
   */
  static byte[] name(String text) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length() + 2);
    for (String label : text.split("\\.", -1)) {
      byte[] raw = label.getBytes(ISO_8859_1);
      if (raw.length == 0 || raw.length > LONGEST_LABEL) {
        throw new IllegalArgumentException("not a domain name: " + text);
      }
      bytes.write(raw.length);
      bytes.writeBytes(raw);
    }
    bytes.write(0);
    return bytes.toByteArray();
  }
}
