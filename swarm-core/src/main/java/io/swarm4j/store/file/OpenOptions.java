package io.swarm4j.store.file;

import io.swarm4j.model.SwarmException;

/** How a {@link LogFile} is opened; immutable, each setter returns a copy. */
public final class OpenOptions {
  /** Size from which a new segment is begun unless set, in bytes. */
  public static final int DEFAULT_SEGMENT_BYTES = 16 << 20;

  /** How far segments are filled with zeros ahead of the records unless set, in bytes. */
  public static final int DEFAULT_PREALLOCATED_BYTES = 1 << 20;

  private static final int LEAST_SEGMENT_BYTES = 256;
  private static final int MOST_SEGMENT_BYTES = 1 << 30;
  private static final OpenOptions DEFAULTS =
      new OpenOptions(false, DEFAULT_SEGMENT_BYTES, DEFAULT_PREALLOCATED_BYTES);

  private final boolean salvage;
  private final int segmentBytes;
  private final int preallocatedBytes;

  private OpenOptions(boolean salvage, int segmentBytes, int preallocatedBytes) {
    this.salvage = salvage;
    this.segmentBytes = segmentBytes;
    this.preallocatedBytes = preallocatedBytes;
  }

  /** Refuses damaged data, with segments of 16 MiB. */
  public static OpenOptions defaults() {
    return DEFAULTS;
  }

  /**
   * Whether a damaged log is cut off before the damage instead of being refused. All records from
   * the damage on are lost to the log; the files they are in are kept under names that end in
   * {@code .damaged}.
   */
  public OpenOptions salvage(boolean cutOff) {
    return new OpenOptions(cutOff, segmentBytes, preallocatedBytes);
  }

  /**
   * Size from which a new segment is begun, in bytes: the unit in which space is given back after a
   * snapshot.
   */
  public OpenOptions segmentBytes(int bytes) {
    if (bytes < LEAST_SEGMENT_BYTES || bytes > MOST_SEGMENT_BYTES) {
      throw new SwarmException(
          String.format(
              "segmentBytes is %d; use %d to %d", bytes, LEAST_SEGMENT_BYTES, MOST_SEGMENT_BYTES));
    }
    return new OpenOptions(salvage, bytes, preallocatedBytes);
  }

  /**
   * How far a segment is filled with zeros ahead of its records, in bytes: writing where the file
   * system need not find room first is faster. 0 fills nothing.
   */
  public OpenOptions preallocatedBytes(int bytes) {
    if (bytes < 0) {
      throw new SwarmException("preallocatedBytes is " + bytes + "; use 0 or more");
    }
    return new OpenOptions(salvage, segmentBytes, bytes);
  }

  boolean salvage() {
    return salvage;
  }

  int segmentBytes() {
    return segmentBytes;
  }

  int preallocatedBytes() {
    return preallocatedBytes;
  }
}
