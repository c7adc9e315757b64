package io.swarm4j.store.file;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;

/** Reads the body of a snapshot; hands out a block only after its checksum was compared. */
final class SnapshotInput extends InputStream {
  private final String name;
  private final Disk.DiskFile file;
  private final ByteBuffer block =
      ByteBuffer.allocate(SnapshotOutput.BLOCK_HEADER + SnapshotOutput.BLOCK_BYTES);
  private long position = FileHeader.BYTES;
  private int at;
  private int end;
  private boolean ended;

  /**
   * Reads from behind the header.
   *
   * @param name how messages call the file
   */
  SnapshotInput(String name, Disk.DiskFile file) {
    this.name = name;
    this.file = file;
  }

  @Override
  public int read() throws IOException {
    return isAtEnd() ? -1 : block.get(at++) & 0xFF;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (isAtEnd()) {
      return -1;
    }
    int count = Math.min(length, end - at);
    block.get(at, into, offset, count);
    at += count;
    return count;
  }

  /** Reads and checks all that is left. */
  void drain() throws IOException {
    while (!isAtEnd()) {
      at = end;
    }
  }

  private boolean isAtEnd() throws IOException {
    if (at == end && !ended) {
      readBlock();
    }
    return ended;
  }

  private void readBlock() throws IOException {
    fill(0, SnapshotOutput.BLOCK_HEADER);
    int length = block.getInt(0);
    if (length < 0 || length > SnapshotOutput.BLOCK_BYTES) {
      throw damage("a block can not have " + length + " bytes");
    }
    int checksum = block.getInt(4);
    fill(SnapshotOutput.BLOCK_HEADER, length);
    if (SnapshotOutput.checksum(position, block.array(), length) != checksum) {
      throw damage("the block does not match its checksum");
    }
    ended = length == 0;
    position += SnapshotOutput.BLOCK_HEADER + length;
    at = SnapshotOutput.BLOCK_HEADER;
    end = at + length;
  }

  private void fill(int from, int count) throws IOException {
    block.clear().position(from).limit(from + count);
    file.read(block, position + from);
    if (block.hasRemaining()) {
      throw damage("the file ends too early");
    }
  }

  private DamageException damage(String found) {
    return new DamageException(name, position, found);
  }
}
