package io.swarm4j.store.file;

import io.swarm4j.model.SwarmException;
import io.swarm4j.model.UnavailableException;
import io.swarm4j.store.CorruptDataException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A directory that keeps a log of opaque records, and the newest snapshot of what they led to.
 *
 * <p>Each record has an index, one more than that of the record before it, and a term that its
 * owner gives it. A record that was acknowledged survives the end of the process and of the
 * machine's power. One process at a time may use a directory.
 *
 * <p>Thread-safe. One thread writes; it also runs what callers have attached to the stages that
 * they got, which should be short.
 */
public final class LogFile implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LogFile.class);

  private final Object snapshotLock = new Object();
  private final String directory;
  private final Disk disk;
  private final LogWriter writer;
  private final Appender appender;
  private final Opened opened;
  private long snapshotIndex;
  private boolean closed;

  private LogFile(String directory, Disk disk, LogWriter writer, Appender appender, Opened opened) {
    this.directory = directory;
    this.disk = disk;
    this.writer = writer;
    this.appender = appender;
    this.opened = opened;
    this.snapshotIndex = opened.snapshotIndex();
  }

  /**
   * Opens the log of a directory and replays what it holds, before this returns and on the calling
   * thread.
   *
   * <p>Where a write was interrupted, its incomplete end is cut off: it was never acknowledged.
   * Anything else that is not as it was written is damage.
   *
   * @param directory made if it is not there, for its owner only
   * @param threads makes the one thread that writes
   * @throws CorruptDataException if the log is damaged, telling file, place, finding and remedy
   * @throws StorageException if the directory can not be used, or is in use
   */
  public static LogFile open(
      Path directory, OpenOptions options, ThreadFactory threads, Replay replay) {
    try {
      return open(directory.toString(), NioDisk.at(directory), options, threads, replay);
    } catch (IOException failed) {
      throw cannotOpen(directory.toString(), failed);
    }
  }

  static LogFile open(
      String directory, Disk disk, OpenOptions options, ThreadFactory threads, Replay replay) {
    try {
      Closeable lock = disk.lock();
      try {
        Recovery recovery = new Recovery(disk, options, replay);
        LogWriter writer = recovery.run();
        Appender appender = start(directory, writer, lock, threads);
        return new LogFile(directory, disk, writer, appender, recovery.opened());
      } catch (IOException | RuntimeException | Error failed) {
        closeAfter(failed, lock);
        throw failed;
      }
    } catch (IOException failed) {
      throw cannotOpen(directory, failed);
    }
  }

  private static Appender start(
      String directory, LogWriter writer, Closeable lock, ThreadFactory threads) {
    try {
      Appender appender = new Appender(directory, writer, lock, threads);
      appender.start();
      return appender;
    } catch (RuntimeException | Error failed) {
      closeAfter(failed, writer::abandon);
      throw failed;
    }
  }

  private static void closeAfter(Throwable failed, Closeable resource) {
    try {
      resource.close();
    } catch (IOException alsoFailed) {
      failed.addSuppressed(alsoFailed);
    }
  }

  private static StorageException cannotOpen(String directory, IOException cause) {
    return new StorageException("The log in " + directory + " can not be opened: " + cause, cause);
  }

  /** What was found when it was opened. */
  public Opened opened() {
    return opened;
  }

  /** Index of the last record that was appended, on disk or not. */
  public long lastIndex() {
    return appender.lastIndex();
  }

  /** Index of the last record that is on disk. */
  public long syncedIndex() {
    return writer.syncedIndex();
  }

  /**
   * Appends a record. Records get their indexes in the order of the calls.
   *
   * @param term handed back on replay
   * @param payload not copied: it must not change any more
   * @return its index, once it is on disk; fails with {@link StorageException} if it could not be
   *     written, in which case it may or may not be there when the log is opened again, and with
   *     {@link UnavailableException} if the log is closed
   * @throws SwarmException if the payload is longer than 256 MiB
   */
  public CompletionStage<Long> append(long term, byte[] payload) {
    CompletableFuture<Long> done = new CompletableFuture<>();
    append(term, payload, done);
    return done;
  }

  /**
   * The same for who has something to do in the order of the records: what already depends on
   * {@code done} is run by the thread that writes them.
   *
   * @param done completed with the record's index, or as {@link #append(long, byte[])} fails
   * @throws SwarmException if the payload is longer than 256 MiB
   */
  void append(long term, byte[] payload, CompletableFuture<Long> done) {
    if (payload.length > Frame.MAX_LENGTH) {
      throw new SwarmException(
          String.format(
              "A record of %d bytes is too long: %d is possible",
              payload.length, Frame.MAX_LENGTH));
    }
    appender.append(term, payload, done);
  }

  /**
   * Writes a snapshot, then gives back the space of the records that it covers. Appending goes on
   * meanwhile. Does nothing if there is a snapshot of that index or a later one.
   *
   * @param index of the last record whose effect the state has; it must be on disk
   * @param term of that record
   * @throws SwarmException if that record is not on disk yet
   * @throws StorageException if it could not be written; the log and the snapshot before are as
   *     they were
   */
  public void snapshot(long index, long term, SnapshotWriter state) {
    synchronized (snapshotLock) {
      if (closed) {
        throw new UnavailableException("The log in " + directory + " is closed");
      }
      if (index <= snapshotIndex) {
        return;
      }
      if (index > writer.syncedIndex()) {
        throw new SwarmException(
            String.format(
                "A snapshot of index %d is too early: the log in %s is on disk up to %d",
                index, directory, writer.syncedIndex()));
      }
      long before = snapshotIndex;
      write(index, term, state);
      snapshotIndex = index;
      dropWhatItCovers(before);
    }
  }

  private void write(long index, long term, SnapshotWriter state) {
    try {
      Snapshots.write(disk, index, term, state);
    } catch (IOException failed) {
      discard(index, failed);
      throw new StorageException(
          "No snapshot could be written to " + directory + ": " + failed, failed);
    } catch (RuntimeException | Error failed) {
      discard(index, failed);
      throw failed;
    }
  }

  /** What is left is deleted when the log is opened next. */
  private void dropWhatItCovers(long snapshotBefore) {
    try {
      disk.delete(FileNames.snapshot(snapshotBefore));
      writer.dropThrough(snapshotIndex);
    } catch (IOException failed) {
      LOG.warn("old files not deleted: directory={}", directory, failed);
    }
  }

  /** Gives back the space of an unfinished file: the disk may be full. */
  private void discard(long index, Throwable failed) {
    try {
      disk.delete(FileNames.snapshot(index) + FileNames.UNFINISHED);
    } catch (IOException alsoFailed) {
      failed.addSuppressed(alsoFailed);
    }
  }

  /**
   * Writes what was appended so far, then closes; waits for both, except when called on the thread
   * that writes. Idempotent.
   */
  @Override
  public void close() {
    synchronized (snapshotLock) {
      closed = true;
    }
    appender.close();
  }
}
