package io.swarm4j.network.dns;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A query as it came over the wire (RFC 1035, EDNS by RFC 6891). One object reads one query after
 * the other, so that none of them costs an object. Not thread-safe.
 */
final class Query {
  /** How reading a message ended. */
  enum Verdict {
    /** A question that can be answered. */
    QUESTION,
    /** Not a query at all; an answer could start a dialogue between two servers. */
    IGNORE,
    MALFORMED,
    NOT_IMPLEMENTED,
    /** Of a class other than IN. */
    REFUSED,
    BAD_VERSION
  }

  /** What a server sends at most to who does not say that it takes more. */
  private static final int CLASSIC_LIMIT = 512;

  private static final int LONGEST_NAME = 255;
  private static final int LONGEST_LABEL = 63;
  private static final int TYPE_AND_CLASS = 4;
  private static final int RECORD_HEAD = 10;
  private static final int POINTER = 0xc0;

  private final byte[] key = new byte[LONGEST_NAME + 2];
  private int keyLength;
  private int id;
  private int flags;
  private int type;
  private int questionEnd;
  private boolean edns;
  private boolean dnssecOk;
  private int limit;

  /**
   * Reads a message from position 0 to its limit.
   *
   * @param message left as it is
   */
  Verdict read(ByteBuffer message) {
    questionEnd = Wire.HEADER;
    edns = false;
    dnssecOk = false;
    limit = CLASSIC_LIMIT;
    if (message.limit() < Wire.HEADER) {
      return Verdict.IGNORE;
    }
    id = message.getShort(0) & 0xffff;
    flags = message.getShort(2) & 0xffff;
    if ((flags & Wire.RESPONSE) != 0) {
      return Verdict.IGNORE;
    }
    if ((flags & Wire.OPCODE) != 0) {
      return Verdict.NOT_IMPLEMENTED;
    }
    if (count(message, 4) != 1 || !readQuestion(message)) {
      return Verdict.MALFORMED;
    }
    int questionClass = message.getShort(questionEnd - 2) & 0xffff;
    Verdict rest = readRecords(message);
    return rest == Verdict.QUESTION
            && questionClass != Wire.CLASS_IN
            && questionClass != Wire.CLASS_ANY
        ? Verdict.REFUSED
        : rest;
  }

  private static int count(ByteBuffer message, int at) {
    return message.getShort(at) & 0xffff;
  }

  private boolean readQuestion(ByteBuffer message) {
    int end = message.limit();
    int at = Wire.HEADER;
    keyLength = 0;
    while (at < end) {
      int length = message.get(at++) & 0xff;
      if (length > LONGEST_LABEL || keyLength + 1 + length > LONGEST_NAME || at + length > end) {
        return false;
      }
      key[keyLength++] = (byte) length;
      for (int i = 0; i < length; i++) {
        byte b = message.get(at++);
        key[keyLength++] = b >= 'A' && b <= 'Z' ? (byte) (b + 32) : b;
      }
      if (length == 0) {
        if (at + TYPE_AND_CLASS > end) {
          return false;
        }
        type = message.getShort(at) & 0xffff;
        key[keyLength++] = (byte) (type >>> 8);
        key[keyLength++] = (byte) type;
        questionEnd = at + TYPE_AND_CLASS;
        return true;
      }
    }
    return false;
  }

  /** Walks over what follows the question, in search of EDNS. */
  private Verdict readRecords(ByteBuffer message) {
    int end = message.limit();
    int at = questionEnd;
    int records = count(message, 6) + count(message, 8) + count(message, 10);
    for (int i = 0; i < records; i++) {
      boolean root = at < end && message.get(at) == 0;
      at = skipName(message, at);
      if (at < 0 || at + RECORD_HEAD > end) {
        return Verdict.MALFORMED;
      }
      int recordType = message.getShort(at) & 0xffff;
      int dataLength = message.getShort(at + 8) & 0xffff;
      if (recordType == Wire.OPT) {
        if (!root || edns) {
          return Verdict.MALFORMED;
        }
        edns = true;
        limit = Math.max(CLASSIC_LIMIT, message.getShort(at + 2) & 0xffff);
        dnssecOk = (message.getShort(at + 6) & Wire.DNSSEC_OK) != 0;
        if (message.get(at + 5) != 0) {
          return Verdict.BAD_VERSION;
        }
      }
      at += RECORD_HEAD + dataLength;
      if (at > end) {
        return Verdict.MALFORMED;
      }
    }
    return Verdict.QUESTION;
  }

  private static int skipName(ByteBuffer message, int from) {
    int at = from;
    while (at < message.limit()) {
      int length = message.get(at) & 0xff;
      if (length == 0) {
        return at + 1;
      }
      if ((length & POINTER) == POINTER) {
        return at + 2;
      }
      if (length > LONGEST_LABEL) {
        return -1;
      }
      at += 1 + length;
    }
    return -1;
  }

  int id() {
    return id;
  }

  int flags() {
    return flags;
  }

  int type() {
    return type;
  }

  /** Where the question ends; the end of the header if there is none that can be repeated. */
  int questionEnd() {
    return questionEnd;
  }

  boolean edns() {
    return edns;
  }

  boolean dnssecOk() {
    return dnssecOk;
  }

  /** How long an answer the asker takes in one datagram. */
  int limit() {
    return limit;
  }

  /** Name in lower case and type, as on the wire, in the first {@link #keyLength} bytes. */
  byte[] key() {
    return key;
  }

  int keyLength() {
    return keyLength;
  }

  /** The name in lower case without a final dot; null if a label of it holds a dot itself. */
  @Nullable String name() {
    StringBuilder name = new StringBuilder(keyLength);
    int at = 0;
    while (key[at] != 0) {
      int length = key[at++];
      for (int i = at; i < at + length; i++) {
        if (key[i] == '.') {
          return null;
        }
      }
      if (!name.isEmpty()) {
        name.append('.');
      }
      name.append(new String(key, at, length, ISO_8859_1));
      at += length;
    }
    return name.toString();
  }
}
