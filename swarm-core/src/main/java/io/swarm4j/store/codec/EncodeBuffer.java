package io.swarm4j.store.codec;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A growing array of bytes that {@link RecordCodec} writes into; it can be reset and used again.
 *
 * <p>Not safe for use by several threads at once.
 */
public final class EncodeBuffer {
  private static final int FIRST_CAPACITY = 256;
  private static final int MAX_VARINT = 9;

  private byte[] bytes = new byte[FIRST_CAPACITY];
  private int size;
  private int depth;

  /** Number of bytes written since the last reset. */
  public int size() {
    return size;
  }

  /** Forgets what was written; keeps the memory. */
  public void reset() {
    size = 0;
  }

  /** A copy of what was written. */
  public byte[] toByteArray() {
    return Arrays.copyOf(bytes, size);
  }

  /** What was written, without copying it: valid until the buffer is written to or reset. */
  public ByteBuffer asByteBuffer() {
    return ByteBuffer.wrap(bytes, 0, size).slice();
  }

  void truncate(int newSize) {
    size = newSize;
  }

  /** Takes back what a failed attempt has written, and leaves all parts that it had begun. */
  void rollBack(int newSize) {
    size = newSize;
    depth = 0;
  }

  void writeByte(int value) {
    ensure(1);
    bytes[size++] = (byte) value;
  }

  void writeShort(int value) {
    ensure(2);
    bytes[size++] = (byte) (value >>> 8);
    bytes[size++] = (byte) value;
  }

  void writeDouble(double value) {
    ensure(Double.BYTES);
    long bits = Double.doubleToRawLongBits(value);
    for (int shift = 56; shift >= 0; shift -= 8) {
      bytes[size++] = (byte) (bits >>> shift);
    }
  }

  /** Seven bits a byte, lowest first; a ninth byte holds all of the last eight bits. */
  void writeVarint(long value) {
    ensure(MAX_VARINT);
    long rest = value;
    for (int i = 1; i < MAX_VARINT && (rest & ~0x7FL) != 0; i++) {
      bytes[size++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    bytes[size++] = (byte) rest;
  }

  /** A varint in which small negative numbers are short as well. */
  void writeZigzag(long value) {
    writeVarint((value << 1) ^ (value >> 63));
  }

  void writeString(String value) {
    byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
    writeBytes(utf8);
  }

  void writeBytes(byte[] value) {
    writeVarint(value.length);
    ensure(value.length);
    System.arraycopy(value, 0, bytes, size, value.length);
    size += value.length;
  }

  /** Leaves room for bytes that are not known yet; returns where. */
  int reserve(int count) {
    ensure(count);
    Arrays.fill(bytes, size, size + count, (byte) 0);
    size += count;
    return size - count;
  }

  void setByte(int at, int value) {
    bytes[at] = (byte) value;
  }

  /** Begins a part that its length precedes; returns what {@link #endPart} wants to know. */
  int beginPart() {
    if (++depth > Input.MAX_DEPTH) {
      throw Input.tooDeep();
    }
    ensure(1);
    return size++;
  }

  void endPart(int begin) {
    depth--;
    int length = size - begin - 1;
    if (length < 0x80) {
      bytes[begin] = (byte) length;
      return;
    }
    int more = (31 - Integer.numberOfLeadingZeros(length)) / 7;
    ensure(more);
    System.arraycopy(bytes, begin + 1, bytes, begin + 1 + more, length);
    size = begin;
    writeVarint(length);
    size += length;
  }

  private void ensure(int more) {
    if (bytes.length - size < more) {
      bytes = Arrays.copyOf(bytes, Math.max(Math.addExact(size, more), bytes.length * 2));
    }
  }
}
