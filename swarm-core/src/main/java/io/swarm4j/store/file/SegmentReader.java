package io.swarm4j.store.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Goes through a segment from its first record on, and judges what lies behind the last.
 *
 * <p>A power failure leaves of the writes since the last force some sectors and not others. So a
 * record that can not be read was either interrupted, or damaged later, and frames behind it tell
 * which: each says up to which record all were on disk when it was written. If one of them was
 * written when the unreadable record was on disk, that is damage. If none was, all belong to the
 * same interrupted write, which nobody was told of; then the unreadable record must show a sector
 * that was not written, that is, zeros.
 */
final class SegmentReader {
  private static final int SECTOR = 512;

  private final String file;
  private final ByteBuffer bytes;
  private final long firstIndex;
  private int position = FileHeader.BYTES;
  private long next;
  private long lastTerm;

  private SegmentReader(String file, ByteBuffer bytes, long firstIndex) {
    this.file = file;
    this.bytes = bytes;
    this.firstIndex = firstIndex;
    this.next = firstIndex;
  }

  /**
   * Opens a segment.
   *
   * @throws DamageException if its header is damaged
   */
  static SegmentReader open(Disk disk, long firstIndex) throws IOException {
    String name = FileNames.segment(firstIndex);
    String path = disk.describe(name);
    ByteBuffer bytes = read(disk, name);
    FileHeader.read(FileHeader.Kind.SEGMENT, path, bytes, firstIndex);
    return new SegmentReader(path, bytes, firstIndex);
  }

  private static ByteBuffer read(Disk disk, String name) throws IOException {
    try (Disk.DiskFile file = disk.open(name)) {
      long size = file.size();
      if (size > Integer.MAX_VALUE - Long.BYTES) {
        throw new DamageException(disk.describe(name), size, "the file is longer than any segment");
      }
      ByteBuffer bytes = ByteBuffer.allocate((int) size);
      file.read(bytes, 0);
      return bytes.flip();
    }
  }

  /**
   * The next record, or null behind the last one that can be read.
   *
   * @throws DamageException if there is a record, but not the one that should follow
   */
  @Nullable Frame readRecord() {
    Frame frame = Frame.read(bytes, position, firstIndex);
    if (frame == null || frame.kind() != Frame.Kind.RECORD) {
      return null;
    }
    if (frame.index() != next) {
      throw damage("record " + frame.index() + " where record " + next + " belongs");
    }
    position = frame.end();
    next++;
    lastTerm = frame.term();
    return frame;
  }

  /** The payload of a record, in place. */
  ByteBuffer payload(Frame record) {
    return bytes.slice(record.payloadAt(), record.length());
  }

  String file() {
    return file;
  }

  /** Where the last record that was read ends. */
  int position() {
    return position;
  }

  /** Index of the record after the last one that was read. */
  long nextIndex() {
    return next;
  }

  /** Term of the last record that was read, 0 if there was none. */
  long lastTerm() {
    return lastTerm;
  }

  /**
   * What lies behind the last record of the newest segment.
   *
   * @throws DamageException if that is damage and no interrupted write
   */
  Tail judgeTail() {
    Frame mark = Frame.read(bytes, position, firstIndex);
    if (mark != null && mark.index() != next - 1) {
      throw damage("the end of the log after record " + mark.index() + ", not " + (next - 1));
    }
    if (mark != null && mark.kind() == Frame.Kind.SEALED) {
      throw damage("the log goes on in " + FileNames.segment(next) + ", which is missing");
    }
    int from = mark == null ? position : mark.end();
    if (isZero(from, bytes.limit())) {
      return mark == null ? Tail.ZEROS : Tail.CLOSED;
    }
    requireInterruptedWrite(from, mark != null);
    return Tail.TORN;
  }

  /**
   * Refuses damage.
   *
   * @param isOld whether a mark that the write should have replaced shows that a sector of it did
   *     not reach the disk
   */
  private void requireInterruptedWrite(int from, boolean isOld) {
    boolean explained = isOld;
    for (int at = aligned(from); at + Frame.HEADER <= bytes.limit(); at += Frame.ALIGNMENT) {
      Frame frame = bytes.getInt(at) == 0 ? null : Frame.read(bytes, at, firstIndex);
      if (frame == null) {
        continue;
      }
      if (frame.syncedIndex() >= next) {
        throw damage(
            String.format(
                "record %d can not be read, and was on disk when record %d at byte %d was written",
                next, frame.index(), at));
      }
      explained = explained || hasUnwrittenSector(from, at);
      if (!explained) {
        throw damage(
            String.format(
                "record %d can not be read, is no interrupted write either, and record %d follows"
                    + " at byte %d",
                next, frame.index(), at));
      }
    }
  }

  /** Whether a sector between two offsets is zero, where the last one was written for sure. */
  private boolean hasUnwrittenSector(int from, int to) {
    int start = from;
    for (int end = start - start % SECTOR + SECTOR; end <= to; end += SECTOR) {
      if (isZero(start, end)) {
        return true;
      }
      start = end;
    }
    return false;
  }

  private boolean isZero(int from, int to) {
    int at = from;
    for (; at + Long.BYTES <= to; at += Long.BYTES) {
      if (bytes.getLong(at) != 0) {
        return false;
      }
    }
    for (; at < to; at++) {
      if (bytes.get(at) != 0) {
        return false;
      }
    }
    return true;
  }

  private static int aligned(int offset) {
    return (offset + Frame.ALIGNMENT - 1) & -Frame.ALIGNMENT;
  }

  DamageException damage(String found) {
    return new DamageException(file, position, found);
  }

  /** What lies behind the last record. */
  enum Tail {
    /** Nothing; the log was not closed. */
    ZEROS,

    /** The mark of a closed log. */
    CLOSED,

    /** The beginning of an interrupted write. */
    TORN
  }
}
