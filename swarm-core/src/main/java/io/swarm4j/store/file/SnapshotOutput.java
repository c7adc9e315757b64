package io.swarm4j.store.file;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * Writes the body of a snapshot: blocks of a length, a checksum of place, length and content, and
 * the content; a block of length zero ends it.
 */
final class SnapshotOutput extends OutputStream {
  static final int BLOCK_BYTES = 64 << 10;
  static final int BLOCK_HEADER = 8;

  private final Disk.DiskFile file;
  private final ByteBuffer block = ByteBuffer.allocate(BLOCK_HEADER + BLOCK_BYTES);
  private long position = FileHeader.BYTES;

  SnapshotOutput(Disk.DiskFile file) {
    this.file = file;
    block.position(BLOCK_HEADER);
  }

  @Override
  public void write(int value) throws IOException {
    if (!block.hasRemaining()) {
      writeBlock();
    }
    block.put((byte) value);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    for (int done = 0; done < length; ) {
      if (!block.hasRemaining()) {
        writeBlock();
      }
      int count = Math.min(block.remaining(), length - done);
      block.put(bytes, offset + done, count);
      done += count;
    }
  }

  /** Writes what is left and the end. */
  void finish() throws IOException {
    if (block.position() > BLOCK_HEADER) {
      writeBlock();
    }
    writeBlock();
  }

  private void writeBlock() throws IOException {
    int length = block.position() - BLOCK_HEADER;
    block.putInt(0, length);
    block.putInt(4, checksum(position, block.array(), length));
    block.flip();
    int size = block.remaining();
    file.write(block, position);
    position += size;
    block.clear().position(BLOCK_HEADER);
  }

  /** The checksum of a block that has its content behind a header in an array. */
  static int checksum(long position, byte[] block, int length) {
    CRC32C crc = new CRC32C();
    crc.update(ByteBuffer.allocate(12).putLong(position).putInt(length).flip());
    crc.update(block, BLOCK_HEADER, length);
    return (int) crc.getValue();
  }
}
