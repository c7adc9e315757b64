package io.swarm4j.store.codec;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Reads what {@link EncodeBuffer} has written, and trusts none of it. */
final class Input {
  /** Deepest nesting of records; keeps damaged or hostile data from overflowing the stack. */
  static final int MAX_DEPTH = 100;

  private final byte[] bytes;
  private int at;
  private int limit;
  private int depth;

  Input(byte[] bytes, int from, int limit) {
    this.bytes = bytes;
    this.at = from;
    this.limit = limit;
  }

  int position() {
    return at;
  }

  int remaining() {
    return limit - at;
  }

  int readByte() {
    if (at >= limit) {
      throw new CodecFailure("the data ends too early");
    }
    return bytes[at++] & 0xFF;
  }

  int readShort() {
    int high = readByte();
    return high << 8 | readByte();
  }

  double readDouble() {
    long bits = 0;
    for (int i = 0; i < Double.BYTES; i++) {
      bits = bits << 8 | readByte();
    }
    return Double.longBitsToDouble(bits);
  }

  long readVarint() {
    int first = readByte();
    if (first < 0x80) {
      return first;
    }
    long value = first & 0x7F;
    for (int shift = 7; shift < 56; shift += 7) {
      long next = readByte();
      value |= (next & 0x7F) << shift;
      if (next < 0x80) {
        return value;
      }
    }
    return value | (long) readByte() << 56;
  }

  long readZigzag() {
    long value = readVarint();
    return (value >>> 1) ^ -(value & 1);
  }

  int readInt() {
    long value = readZigzag();
    if (value != (int) value) {
      throw new CodecFailure(value + " is not in the range of an int");
    }
    return (int) value;
  }

  /** A number of bytes, or of elements of at least one byte each, that are still to come. */
  int readLength() {
    return checkedLength(readVarint());
  }

  /** A length as above, or -1 where there is null instead. */
  int readLengthOrNull() {
    long value = readVarint();
    return value == 0 ? -1 : checkedLength(value - 1);
  }

  private int checkedLength(long length) {
    if (length < 0 || length > remaining()) {
      throw new CodecFailure(
          "length "
              + Long.toUnsignedString(length)
              + " exceeds the "
              + remaining()
              + " bytes left");
    }
    return (int) length;
  }

  String readString() {
    int length = readLength();
    String text = new String(bytes, at, length, StandardCharsets.UTF_8);
    at += length;
    return text;
  }

  byte[] readBytes() {
    int length = readLength();
    byte[] copy = Arrays.copyOfRange(bytes, at, at + length);
    at += length;
    return copy;
  }

  /** Enters a part that its length precedes; returns the limit to be restored at its end. */
  int beginPart() {
    if (++depth > MAX_DEPTH) {
      throw tooDeep();
    }
    int length = readLength();
    int outer = limit;
    limit = at + length;
    return outer;
  }

  static CodecFailure tooDeep() {
    return new CodecFailure("records are nested deeper than " + MAX_DEPTH);
  }

  /** Leaves a part, skipping what is left of it. */
  void endPart(int outer) {
    at = limit;
    limit = outer;
    depth--;
  }
}
