package io.swarm4j.store.file;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The unit of a segment: a header of 32 bytes, and a payload that is padded to a multiple of 8.
 *
 * <pre>
 *  0  kind       4 bytes, never zero
 *  4  checksum   4 bytes, CRC32C of place, header and padded payload
 *  8  length     4 bytes, of the payload without padding
 * 12  unsynced   4 bytes, how many records before this one may not have reached the disk yet when
 *                it was written
 * 16  index      8 bytes
 * 24  term       8 bytes
 * </pre>
 *
 * <p>The checksum also covers the first index of the segment and the frame's offset in it, so that
 * nothing is a frame but at the place it was written for: neither bytes of another file, nor a copy
 * of a frame inside a payload.
 *
 * @param offset where it begins in the segment, in bytes
 * @param length of the payload
 */
record Frame(Kind kind, int offset, int length, int unsynced, long index, long term) {
  static final int HEADER = 32;
  static final int ALIGNMENT = 8;

  /** Longest payload, in bytes. */
  static final int MAX_LENGTH = 256 << 20;

  private static final int CHECKSUM_AT = 4;
  private static final int LENGTH_AT = 8;
  private static final int UNSYNCED_AT = 12;
  private static final int INDEX_AT = 16;
  private static final int TERM_AT = 24;

  /** Kinds of frames. */
  enum Kind {
    RECORD(0x53574A52),

    /** The log was closed here: all before it is on disk, and nothing follows. */
    CLOSED(0x53574A43),

    /** All before it is on disk, and there is a segment that goes on from here. */
    SEALED(0x53574A53);

    private final int code;

    Kind(int code) {
      this.code = code;
    }

    private static @Nullable Kind of(int code) {
      for (Kind kind : values()) {
        if (kind.code == code) {
          return kind;
        }
      }
      return null;
    }
  }

  /** Number of bytes from the frame's first to the next frame's first. */
  static int size(int length) {
    return HEADER + padded(length);
  }

  static int padded(int length) {
    return (length + ALIGNMENT - 1) & -ALIGNMENT;
  }

  int end() {
    return offset + size(length);
  }

  int payloadAt() {
    return offset + HEADER;
  }

  /** The newest record that was on disk for sure when this frame was written. */
  long syncedIndex() {
    return (kind == Kind.RECORD ? index - 1 : index) - unsynced;
  }

  /** Writes the header into the start of a buffer, with the checksum over it and the payload. */
  void writeHeader(ByteBuffer into, long segment, byte[] payload) {
    into.putInt(0, kind.code);
    into.putInt(LENGTH_AT, length);
    into.putInt(UNSYNCED_AT, unsynced);
    into.putLong(INDEX_AT, index);
    into.putLong(TERM_AT, term);
    CRC32C crc = checksumOfHeader(into, 0, segment, offset);
    crc.update(payload, 0, length);
    crc.update(new byte[padded(length) - length], 0, padded(length) - length);
    into.putInt(CHECKSUM_AT, (int) crc.getValue());
  }

  /** The frame at an offset of a segment; null where there is none, or not a whole one. */
  static @Nullable Frame read(ByteBuffer segment, int offset, long firstIndex) {
    if (segment.limit() - offset < HEADER) {
      return null;
    }
    Kind kind = Kind.of(segment.getInt(offset));
    int length = segment.getInt(offset + LENGTH_AT);
    if (kind == null
        || length < 0
        || length > MAX_LENGTH
        || segment.limit() - offset < size(length)) {
      return null;
    }
    CRC32C crc = checksumOfHeader(segment, offset, firstIndex, offset);
    crc.update(segment.slice(offset + HEADER, padded(length)));
    if (segment.getInt(offset + CHECKSUM_AT) != (int) crc.getValue()) {
      return null;
    }
    return new Frame(
        kind,
        offset,
        length,
        segment.getInt(offset + UNSYNCED_AT),
        segment.getLong(offset + INDEX_AT),
        segment.getLong(offset + TERM_AT));
  }

  private static CRC32C checksumOfHeader(ByteBuffer bytes, int at, long segment, int offset) {
    CRC32C crc = new CRC32C();
    crc.update(ByteBuffer.allocate(12).putLong(segment).putInt(offset).flip());
    crc.update(bytes.slice(at, CHECKSUM_AT));
    crc.update(bytes.slice(at + LENGTH_AT, HEADER - LENGTH_AT));
    return crc;
  }
}
