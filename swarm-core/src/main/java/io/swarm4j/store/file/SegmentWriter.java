package io.swarm4j.store.file;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Writes frames to the end of the newest segment.
 *
 * <p>It keeps the file filled with zeros some way ahead, so that forcing a record to disk need not
 * change the file's size. For use by one thread.
 */
final class SegmentWriter implements AutoCloseable {
  private static final int BUFFER_BYTES = 256 << 10;
  private static final byte[] NOTHING = {};

  private final Disk.DiskFile file;
  private final long firstIndex;
  private final OpenOptions options;
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
  private final ByteBuffer header = ByteBuffer.allocate(Frame.HEADER);
  private int end;
  private int written;
  private int filled;

  private SegmentWriter(
      Disk.DiskFile file, long firstIndex, int end, int filled, OpenOptions options) {
    this.file = file;
    this.firstIndex = firstIndex;
    this.end = end;
    this.written = end;
    this.filled = filled;
    this.options = options;
  }

  /** Makes a segment; when this returns, it is on disk under its name. */
  static SegmentWriter create(Disk disk, long firstIndex, OpenOptions options) throws IOException {
    String name = FileNames.segment(firstIndex);
    String unfinished = name + FileNames.UNFINISHED;
    Disk.DiskFile file = disk.create(unfinished);
    try {
      file.write(new FileHeader(FileHeader.Kind.SEGMENT, firstIndex, 0).toBytes(), 0);
      int end = FileHeader.BYTES;
      SegmentWriter writer = new SegmentWriter(file, firstIndex, end, end, options);
      writer.fillAhead();
      file.force(true);
      disk.rename(unfinished, name);
      disk.sync();
      return writer;
    } catch (IOException | RuntimeException failed) {
      file.close();
      throw failed;
    }
  }

  /**
   * Goes on with a segment behind its last record. When this returns, all records are on disk, and
   * nothing but zeros lies behind them.
   *
   * @param end where the last record ends
   * @param cut whether something else than zeros lies there
   */
  static SegmentWriter resume(Disk disk, long firstIndex, int end, boolean cut, OpenOptions options)
      throws IOException {
    Disk.DiskFile file = disk.open(FileNames.segment(firstIndex));
    try {
      if (cut) {
        file.truncate(end);
      }
      int size = Math.toIntExact(file.size());
      SegmentWriter writer = new SegmentWriter(file, firstIndex, end, size, options);
      file.force(true);
      return writer;
    } catch (IOException | RuntimeException failed) {
      file.close();
      throw failed;
    }
  }

  /** Whether a payload of this length still has its place here. */
  boolean hasRoomFor(int length) {
    boolean empty = end == FileHeader.BYTES;
    return empty || (long) end + Frame.size(length) <= options.segmentBytes();
  }

  /** Adds a record; it may stay in the buffer until {@link #force}. */
  void addRecord(long index, long term, int unsynced, byte[] payload) throws IOException {
    add(Frame.Kind.RECORD, index, term, unsynced, payload);
  }

  /** Puts what was added on disk. */
  void force() throws IOException {
    flush();
    if (end > filled) {
      filled = end;
      fillAhead();
    }
    file.force(false);
  }

  /** Adds a mark behind the last record, which must be on disk already, and closes the file. */
  void close(Frame.Kind mark, long lastIndex, long lastTerm) throws IOException {
    try (file) {
      add(mark, lastIndex, lastTerm, 0, NOTHING);
      flush();
      file.force(false);
    }
  }

  /** Closes the file as it is. */
  @Override
  public void close() throws IOException {
    file.close();
  }

  private void add(Frame.Kind kind, long index, long term, int unsynced, byte[] payload)
      throws IOException {
    Frame frame = new Frame(kind, end, payload.length, unsynced, index, term);
    frame.writeHeader(header, firstIndex, payload);
    put(header.array());
    put(payload);
    put(new byte[Frame.padded(payload.length) - payload.length]);
    end = frame.end();
  }

  private void put(byte[] bytes) throws IOException {
    for (int from = 0; from < bytes.length; ) {
      if (!buffer.hasRemaining()) {
        flush();
      }
      int count = Math.min(buffer.remaining(), bytes.length - from);
      buffer.put(bytes, from, count);
      from += count;
    }
  }

  private void flush() throws IOException {
    buffer.flip();
    int count = buffer.remaining();
    file.write(buffer, written);
    written += count;
    buffer.clear();
  }

  /** Fills the file with zeros from {@code filled} on. */
  private void fillAhead() throws IOException {
    int room = Math.max(0, options.segmentBytes() - filled);
    int target = filled + Math.min(options.preallocatedBytes(), room);
    while (filled < target) {
      buffer.clear();
      while (buffer.remaining() >= Long.BYTES) {
        buffer.putLong(0);
      }
      buffer.flip().limit(Math.min(buffer.limit(), target - filled));
      int count = buffer.remaining();
      file.write(buffer, filled);
      filled += count;
    }
    buffer.clear();
  }
}
