package io.swarm4j.store.file;

import io.swarm4j.store.CorruptDataException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads a log's directory, repairs what may be repaired, and makes it ready to be written. */
final class Recovery {
  private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);

  private final Disk disk;
  private final OpenOptions options;
  private final Replay replay;
  private final List<String> movedAside = new ArrayList<>();
  private final SortedSet<Long> segments = new TreeSet<>();
  private long snapshotIndex;
  private long lastIndex;
  private long lastTerm;
  private @Nullable SegmentReader reader;
  private Opened.@Nullable TornTail tornTail;

  Recovery(Disk disk, OpenOptions options, Replay replay) {
    this.disk = disk;
    this.options = options;
    this.replay = replay;
  }

  /**
   * Replays the log.
   *
   * @throws CorruptDataException if it is damaged and salvage was not asked for
   */
  LogWriter run() throws IOException {
    List<String> names = disk.list();
    for (String name : names) {
      if (FileNames.isLeftOver(name)) {
        disk.delete(name);
      }
    }
    readSnapshot(FileNames.snapshots(names));
    segments.addAll(FileNames.segments(names).keySet());
    dropCoveredSegments();
    SegmentWriter active = readSegments();
    return new LogWriter(disk, options, segments, active, lastIndex, lastTerm);
  }

  /** What was found. */
  Opened opened() {
    return new Opened(snapshotIndex, lastIndex, lastTerm, tornTail, movedAside);
  }

  private void readSnapshot(SortedMap<Long, String> snapshots) throws IOException {
    List<Long> newestFirst = new ArrayList<>(snapshots.keySet());
    Collections.reverse(newestFirst);
    for (long index : newestFirst) {
      if (snapshotIndex > 0) {
        disk.delete(FileNames.snapshot(index)); // left over: the newer one was read to its end
      } else if (!options.salvage()) {
        readSnapshot(index);
      } else if (isWhole(index)) {
        readSnapshot(index);
      } else {
        moveAside(FileNames.snapshot(index));
      }
    }
  }

  private void readSnapshot(long index) throws IOException {
    try {
      lastTerm = Snapshots.replay(disk, index, replay);
    } catch (DamageException damage) {
      throw refused(damage);
    }
    snapshotIndex = index;
    lastIndex = index;
  }

  private boolean isWhole(long index) throws IOException {
    try {
      Snapshots.verify(disk, index);
      return true;
    } catch (DamageException damage) {
      LOG.warn("snapshot moved aside: {}", damage.getMessage());
      return false;
    }
  }

  /** Deletes segments that only have records of the snapshot: left over from its making. */
  private void dropCoveredSegments() throws IOException {
    List<Long> all = List.copyOf(segments);
    for (int i = 0; i + 1 < all.size() && all.get(i + 1) <= snapshotIndex + 1; i++) {
      disk.delete(FileNames.segment(all.get(i)));
      segments.remove(all.get(i));
    }
  }

  private SegmentWriter readSegments() throws IOException {
    long first = segments.isEmpty() ? snapshotIndex + 1 : segments.first();
    try {
      if (segments.isEmpty() && snapshotIndex == 0) {
        return begin(first);
      }
      if (segments.isEmpty() || first > snapshotIndex + 1) {
        throw missing(snapshotIndex + 1);
      }
      for (long next : segments) {
        if (reader != null && reader.nextIndex() != next) {
          throw notContiguous(reader, next);
        }
        first = next;
        reader = null;
        readSegment(next);
      }
      return resume(first);
    } catch (DamageException damage) {
      if (!options.salvage()) {
        throw refused(damage);
      }
      LOG.warn("log cut off before record {}: {}", lastIndex + 1, damage.getMessage());
      return cutOff(first);
    }
  }

  private void readSegment(long first) throws IOException {
    SegmentReader segment = SegmentReader.open(disk, first);
    reader = segment;
    for (Frame frame = segment.readRecord(); frame != null; frame = segment.readRecord()) {
      if (frame.index() > snapshotIndex) {
        replay.record(frame.index(), frame.term(), segment.payload(frame));
        lastIndex = frame.index();
        lastTerm = frame.term();
      }
    }
  }

  /** Judges the end of the newest segment, and goes on there. */
  private SegmentWriter resume(long first) throws IOException {
    SegmentReader newest = Objects.requireNonNull(reader);
    SegmentReader.Tail tail = newest.judgeTail();
    if (newest.nextIndex() <= snapshotIndex) {
      throw newest.damage(
          String.format(
              "it ends with record %d, though the snapshot was made after record %d",
              newest.nextIndex() - 1, snapshotIndex));
    }
    boolean torn = tail == SegmentReader.Tail.TORN;
    if (torn) {
      tornTail = new Opened.TornTail(newest.file(), newest.position());
      LOG.warn(
          "an interrupted write was cut off: file={} offset={} lastIndex={}",
          newest.file(),
          newest.position(),
          lastIndex);
    }
    return SegmentWriter.resume(disk, first, newest.position(), torn, options);
  }

  private SegmentWriter begin(long index) throws IOException {
    segments.add(index);
    return SegmentWriter.create(disk, index, options);
  }

  /**
   * Ends the log with the last record that was read, and goes on from there.
   *
   * @param first the segment in which the damage is, or behind which one is missing
   */
  private SegmentWriter cutOff(long first) throws IOException {
    for (long later : newestFirst(segments.tailSet(first + 1))) {
      moveAside(FileNames.segment(later));
      segments.remove(later);
    }
    String name = FileNames.segment(first);
    if (reader != null && reader.nextIndex() > snapshotIndex) {
      copyAside(name);
      return SegmentWriter.resume(disk, first, reader.position(), true, options);
    }
    if (segments.remove(first)) {
      moveAside(name);
    }
    return begin(lastIndex + 1);
  }

  private DamageException missing(long index) {
    return new DamageException(
        disk.describe(FileNames.segment(index))
            + " is missing, or the earlier segment that has record "
            + index);
  }

  private static DamageException notContiguous(SegmentReader before, long next) {
    return before.damage(
        next < before.nextIndex()
            ? String.format(
                "it goes on to record %d, and the next segment begins with record %d",
                before.nextIndex() - 1, next)
            : String.format(
                "records %d to %d can not be read, and records from %d on are in the next segment",
                before.nextIndex(), next - 1, next));
  }

  private CorruptDataException refused(DamageException damage) {
    return new CorruptDataException(
        String.format(
            "%s. Restore the directory from a backup, or open it with OpenOptions.salvage(true):"
                + " that keeps the log up to record %d and moves damaged files aside",
            damage.getMessage(), lastIndex),
        damage);
  }

  private static List<Long> newestFirst(SortedSet<Long> indexes) {
    List<Long> reversed = new ArrayList<>(indexes);
    Collections.reverse(reversed);
    return reversed;
  }

  private void moveAside(String name) throws IOException {
    String aside = freeName(name);
    disk.rename(name, aside);
    disk.sync();
    movedAside.add(disk.describe(aside));
  }

  private void copyAside(String name) throws IOException {
    String aside = freeName(name);
    try (Disk.DiskFile from = disk.open(name);
        Disk.DiskFile to = disk.create(aside)) {
      ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(from.size()));
      from.read(bytes, 0);
      to.write(bytes.flip(), 0);
      to.force(true);
    }
    disk.sync();
    movedAside.add(disk.describe(aside));
  }

  private String freeName(String name) throws IOException {
    List<String> taken = disk.list();
    String free = name + FileNames.DAMAGED;
    for (int i = 2; taken.contains(free); i++) {
      free = name + "." + i + FileNames.DAMAGED;
    }
    return free;
  }
}
