package io.swarm4j.store.file;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Writes batches of records to disk, segment after segment.
 *
 * <p>One thread writes and closes; any thread may drop old segments meanwhile. After a failure only
 * closing is left to do.
 */
final class LogWriter {
  private static final int MOST_BYTES_PER_FORCE = 1 << 20;

  private final Disk disk;
  private final OpenOptions options;
  private final SortedSet<Long> segments;
  private final List<Entry> unsynced = new ArrayList<>();
  private SegmentWriter active;
  private long lastIndex;
  private long lastTerm;
  private volatile long syncedIndex;

  /**
   * Goes on behind the last record, which is on disk.
   *
   * @param segments first indexes of all segments
   * @param active the last of them
   */
  LogWriter(
      Disk disk,
      OpenOptions options,
      SortedSet<Long> segments,
      SegmentWriter active,
      long lastIndex,
      long lastTerm) {
    this.disk = disk;
    this.options = options;
    this.segments = new TreeSet<>(segments);
    this.active = active;
    this.lastIndex = lastIndex;
    this.lastTerm = lastTerm;
    this.syncedIndex = lastIndex;
  }

  /** Index of the newest record that is on disk. */
  long syncedIndex() {
    return syncedIndex;
  }

  /**
   * Writes records with as few forces as that takes, and completes each when it is on disk.
   *
   * @throws IOException if the disk fails; what was not completed then may or may not be on disk
   */
  void write(List<Entry> batch) throws IOException {
    int bytes = 0;
    for (Entry entry : batch) {
      if (!active.hasRoomFor(entry.payload().length)) {
        force();
        roll();
      }
      active.addRecord(entry.index(), entry.term(), unsynced.size(), entry.payload());
      lastIndex = entry.index();
      lastTerm = entry.term();
      unsynced.add(entry);
      bytes += entry.payload().length;
      if (bytes >= MOST_BYTES_PER_FORCE) {
        force();
        bytes = 0;
      }
    }
    force();
  }

  private void force() throws IOException {
    if (unsynced.isEmpty()) {
      return;
    }
    active.force();
    syncedIndex = lastIndex;
    for (Entry entry : unsynced) {
      entry.done().complete(entry.index());
    }
    unsynced.clear();
  }

  /** Begins a segment; the one before it is sealed only when the new one is on disk. */
  private void roll() throws IOException {
    SegmentWriter full = active;
    active = SegmentWriter.create(disk, lastIndex + 1, options);
    synchronized (segments) {
      segments.add(lastIndex + 1);
    }
    full.close(Frame.Kind.SEALED, lastIndex, lastTerm);
  }

  /** Deletes the segments that have no record behind the given index. */
  void dropThrough(long index) throws IOException {
    synchronized (segments) {
      SortedSet<Long> needless = new TreeSet<>(segments.headSet(index + 2));
      if (!needless.isEmpty()) {
        needless.remove(needless.last());
      }
      for (long first : needless) {
        disk.delete(FileNames.segment(first));
        segments.remove(first);
      }
    }
  }

  /** Marks the end of the log and closes it. */
  void close() throws IOException {
    active.close(Frame.Kind.CLOSED, lastIndex, lastTerm);
  }

  /** Closes the log as it is. */
  void abandon() throws IOException {
    active.close();
  }
}
