package io.swarm4j.network.dns;

import io.swarm4j.model.NetworkId;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Turns a query into a reply, without any input or output of its own. Not thread-safe.
 *
 * <p>An answer is made once per question, asking networks and revision of the state; a query that
 * was asked before costs one look-up by its bytes and one copy.
 */
final class Responder {
  /** What became of a query. */
  enum Outcome {
    /** The reply is complete. */
    REPLY,
    /** The name is none of the swarm's; others may know it. */
    FORWARD,
    /** There is nothing to reply to. */
    NONE
  }

  /** The largest datagram that gets through everywhere, and what we tell others to send us. */
  static final int LARGEST_DATAGRAM = 1232;

  static final int LARGEST_MESSAGE = 65_535;
  private static final int OPT_BYTES = 11;
  private static final int MOST_VIEWPOINTS = 4096;

  private final Zone zone;
  private final boolean forwards;
  private final Query query = new Query();
  private final Map<List<NetworkId>, AnswerTable> tables = new HashMap<>();
  private int turn;

  /**
   * @param forwards whether names of others can be asked for here
   */
  Responder(Zone zone, boolean forwards) {
    this.zone = zone;
    this.forwards = forwards;
  }

  /**
   * Replies to a message.
   *
   * @param message the query, from position 0 to its limit; left as it is
   * @param networks what the asker may see
   * @param datagram whether the reply goes into one
   * @param reply where to write; from position 0 to its limit afterwards
   */
  Outcome respond(
      ByteBuffer message, List<NetworkId> networks, boolean datagram, ByteBuffer reply) {
    Query.Verdict verdict = query.read(message);
    switch (verdict) {
      case IGNORE:
        return Outcome.NONE;
      case QUESTION:
        return answer(message, networks, datagram ? datagramLimit() : LARGEST_MESSAGE, reply);
      case MALFORMED:
        writeError(Wire.FORMAT_ERROR, message, reply);
        return Outcome.REPLY;
      case NOT_IMPLEMENTED:
        writeError(Wire.NOT_IMPLEMENTED, message, reply);
        return Outcome.REPLY;
      case REFUSED:
        writeError(Wire.REFUSED, message, reply);
        return Outcome.REPLY;
      case BAD_VERSION:
        writeHead(Wire.NO_ERROR, message, reply);
        writeOpt(Wire.BAD_VERSION_UPPER, reply);
        reply.flip();
        return Outcome.REPLY;
    }
    throw new AssertionError(verdict);
  }

  private Outcome answer(
      ByteBuffer message, List<NetworkId> networks, int limit, ByteBuffer reply) {
    Answer answer = find(networks);
    if (answer == null) {
      return Outcome.FORWARD;
    }
    write(answer, message, limit, reply);
    return Outcome.REPLY;
  }

  /** The largest datagram that both sides agree on, for the query read last. */
  private int datagramLimit() {
    return Math.min(query.limit(), LARGEST_DATAGRAM);
  }

  /** Length of header and question of the query read last. */
  int questionEnd() {
    return query.questionEnd();
  }

  private @Nullable Answer find(List<NetworkId> networks) {
    long revision = zone.revision();
    AnswerTable table = tables.get(networks);
    Answer known = table == null ? null : table.get(query.key(), query.keyLength(), revision);
    if (known != null) {
      return known;
    }
    String name = query.name();
    Answer answer = name == null ? null : zone.answer(name, query.type(), networks);
    if (answer == null) {
      return forwards ? null : Answer.nothing(Wire.NAME_ERROR, 0);
    }
    if (answer.code() == Wire.NO_ERROR) {
      if (tables.size() == MOST_VIEWPOINTS) {
        tables.clear();
      }
      tables
          .computeIfAbsent(networks, id -> new AnswerTable())
          .put(query.key(), query.keyLength(), revision, answer);
    }
    return answer;
  }

  private void write(Answer answer, ByteBuffer message, int limit, ByteBuffer reply) {
    writeHead(answer.code(), message, reply);
    int room = limit - (query.edns() ? OPT_BYTES : 0);
    byte[][] records = answer.records();
    int written = 0;
    int first = records.length > 1 ? Math.floorMod(turn++, records.length) : 0;
    while (written < records.length) {
      byte[] record = records[(first + written) % records.length];
      if (reply.position() + record.length > room) {
        reply.putShort(2, (short) (reply.getShort(2) | Wire.TRUNCATED));
        break;
      }
      reply.put(record);
      written++;
    }
    reply.putShort(6, (short) written);
    boolean complete = written == records.length;
    reply.putShort(8, (short) (complete ? append(answer.authority(), room, reply) : 0));
    reply.putShort(10, (short) (complete ? append(answer.additional(), room, reply) : 0));
    if (query.edns()) {
      writeOpt(0, reply);
    }
    reply.flip();
  }

  private static int append(byte[][] records, int room, ByteBuffer reply) {
    int written = 0;
    for (byte[] record : records) {
      if (reply.position() + record.length > room) {
        break;
      }
      reply.put(record);
      written++;
    }
    return written;
  }

  private void writeError(int code, ByteBuffer message, ByteBuffer reply) {
    writeHead(code, message, reply);
    if (query.edns()) {
      writeOpt(0, reply);
    }
    reply.flip();
  }

  /** Header and question; the numbers of records are still zero. */
  private void writeHead(int code, ByteBuffer message, ByteBuffer reply) {
    int flags =
        Wire.RESPONSE
            | (query.flags() & (Wire.OPCODE | Wire.RECURSION_DESIRED | Wire.CHECKING_DISABLED))
            | (code == Wire.NO_ERROR || code == Wire.NAME_ERROR ? Wire.AUTHORITATIVE : 0)
            | (forwards ? Wire.RECURSION_AVAILABLE : 0)
            | code;
    int end = query.questionEnd();
    reply.clear();
    reply.putShort((short) query.id()).putShort((short) flags);
    reply.putShort((short) (end > Wire.HEADER ? 1 : 0)).putShort((short) 0).putInt(0);
    reply.put(Wire.HEADER, message, Wire.HEADER, end - Wire.HEADER).position(end);
  }

  private void writeOpt(int upperCode, ByteBuffer reply) {
    reply.putShort(10, (short) (reply.getShort(10) + 1));
    reply.put((byte) 0).putShort((short) Wire.OPT).putShort((short) LARGEST_DATAGRAM);
    reply.put((byte) upperCode).put((byte) 0);
    reply.putShort((short) (query.dnssecOk() ? Wire.DNSSEC_OK : 0)).putShort((short) 0);
  }
}
