package io.swarm4j.store.file;

import io.swarm4j.store.CorruptDataException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * The first 32 bytes of each file: what it is, the version of its format, the index it is about,
 * and a checksum. This layout holds for all versions.
 *
 * @param index of a segment's first record, or of a snapshot
 * @param term of a snapshot; 0 in a segment
 */
record FileHeader(Kind kind, long index, long term) {
  static final int BYTES = 32;

  private static final int MAGIC_BYTES = 8;
  private static final int VERSION_AT = 8;
  private static final int CHECKSUM_AT = 12;
  private static final int INDEX_AT = 16;
  private static final int TERM_AT = 24;
  private static final int VERSION = 1;

  /** Kinds of files. */
  enum Kind {
    SEGMENT("SW4J-LOG", "a segment of a Swarm4J log"),
    SNAPSHOT("SW4J-SNP", "a Swarm4J snapshot");

    private final byte[] magic;
    private final String text;

    Kind(String magic, String text) {
      this.magic = magic.getBytes(StandardCharsets.US_ASCII);
      this.text = text;
    }
  }

  ByteBuffer toBytes() {
    ByteBuffer bytes = ByteBuffer.allocate(BYTES);
    bytes.put(kind.magic).putInt(VERSION).putInt(0).putLong(index).putLong(term);
    return bytes.putInt(CHECKSUM_AT, checksum(bytes)).flip();
  }

  /**
   * Reads a header from the start of a file.
   *
   * @throws DamageException if it is damaged, or of another file
   * @throws CorruptDataException if a newer version wrote it
   */
  static FileHeader read(Kind kind, String file, ByteBuffer bytes, long nameIndex) {
    if (bytes.limit() < BYTES) {
      throw new DamageException(file, bytes.limit(), "the file ends within its header");
    }
    byte[] magic = new byte[MAGIC_BYTES];
    bytes.get(0, magic);
    if (!Arrays.equals(magic, kind.magic)) {
      throw new DamageException(
          file, 0, "this is not " + kind.text + ", or its first bytes are damaged");
    }
    if (bytes.getInt(CHECKSUM_AT) != checksum(bytes)) {
      throw new DamageException(file, 0, "the header does not match its checksum");
    }
    int version = bytes.getInt(VERSION_AT);
    if (version != VERSION) {
      throw new CorruptDataException(
          String.format(
              "%s has format version %d, and this release reads version %d: use a newer release",
              file, version, VERSION));
    }
    FileHeader header = new FileHeader(kind, bytes.getLong(INDEX_AT), bytes.getLong(TERM_AT));
    if (header.index != nameIndex) {
      throw new DamageException(
          file, INDEX_AT, "the file is about index " + header.index + ": it was renamed");
    }
    return header;
  }

  private static int checksum(ByteBuffer bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes.array(), bytes.arrayOffset(), CHECKSUM_AT);
    crc.update(bytes.array(), bytes.arrayOffset() + INDEX_AT, BYTES - INDEX_AT);
    return (int) crc.getValue();
  }
}
