package io.swarm4j.store.file;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Writes and reads snapshot files. */
final class Snapshots {

  private Snapshots() {}

  /** Writes a snapshot; when this returns, it was read again and is on disk under its name. */
  static void write(Disk disk, long index, long term, SnapshotWriter writer) throws IOException {
    String name = FileNames.snapshot(index);
    String unfinished = name + FileNames.UNFINISHED;
    try (Disk.DiskFile file = disk.create(unfinished)) {
      file.write(new FileHeader(FileHeader.Kind.SNAPSHOT, index, term).toBytes(), 0);
      SnapshotOutput out = new SnapshotOutput(file);
      writer.write(out);
      out.finish();
      file.force(true);
    }
    read(disk, unfinished, index, (at, itsTerm, state) -> state.drain());
    disk.rename(unfinished, name);
    disk.sync();
  }

  /**
   * Reads a snapshot to its end.
   *
   * @throws DamageException if any of it is damaged
   */
  static void verify(Disk disk, long index) throws IOException {
    read(disk, FileNames.snapshot(index), index, (at, term, state) -> state.drain());
  }

  /**
   * Hands a snapshot over; returns its term.
   *
   * @throws DamageException if any of it is damaged, possibly after parts were handed over
   */
  static long replay(Disk disk, long index, Replay replay) throws IOException {
    return read(
        disk,
        FileNames.snapshot(index),
        index,
        (at, term, state) -> {
          replay.snapshot(at, term, state);
          state.drain();
        });
  }

  private static long read(Disk disk, String name, long index, Reader reader) throws IOException {
    String path = disk.describe(name);
    try (Disk.DiskFile file = disk.open(name)) {
      ByteBuffer bytes = ByteBuffer.allocate(FileHeader.BYTES);
      file.read(bytes, 0);
      FileHeader header = FileHeader.read(FileHeader.Kind.SNAPSHOT, path, bytes.flip(), index);
      reader.read(index, header.term(), new SnapshotInput(path, file));
      return header.term();
    }
  }

  /** Takes in the body of a snapshot. */
  private interface Reader {
    void read(long index, long term, SnapshotInput state) throws IOException;
  }
}
