package io.swarm4j.store.file;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Sole use of a directory, among all processes and inside this one.
 *
 * <p>Other processes are kept out by a lock on the file {@code lock}, which the operating system
 * ends with the process. It does not keep out this process: there, on many systems, a second
 * attempt on the same file would even end the first one's lock as it gives up. So each process
 * first makes a file whose name tells it from all processes before and after it.
 */
public final class DirectoryLock implements Closeable {
  private static final String LOCK = "lock";
  private static final String MARKER_PREFIX = "lock-";

  private final Path marker;
  private final FileChannel channel;

  private DirectoryLock(Path marker, FileChannel channel) {
    this.marker = marker;
    this.channel = channel;
  }

  /**
   * Takes the lock.
   *
   * @throws StorageException if someone else has it
   */
  public static DirectoryLock take(Path directory) throws IOException {
    ProcessHandle self = ProcessHandle.current();
    long started = self.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
    Path marker = directory.resolve(MARKER_PREFIX + self.pid() + "-" + started);
    try {
      Files.createFile(marker);
    } catch (FileAlreadyExistsException inUse) {
      throw new StorageException(
          String.format(
              "%s is in use by this process already; close the other log first (its mark is %s)",
              directory, marker.getFileName()),
          inUse);
    }
    try {
      return lockAgainstOthers(directory, marker);
    } catch (IOException | RuntimeException refused) {
      Files.deleteIfExists(marker);
      throw refused;
    }
  }

  private static DirectoryLock lockAgainstOthers(Path directory, Path marker) throws IOException {
    FileChannel channel =
        FileChannel.open(
            directory.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      if (tryLock(channel) == null) {
        throw new StorageException(
            directory + " is in use by another process; stop it, or use another directory");
      }
      deleteOldMarkers(directory, marker);
      return new DirectoryLock(marker, channel);
    } catch (IOException | RuntimeException refused) {
      channel.close();
      throw refused;
    }
  }

  private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException heldByAnotherClassLoader) {
      return null;
    }
  }

  /** Those of processes that ended without closing: the lock tells that none of them lives. */
  private static void deleteOldMarkers(Path directory, Path own) throws IOException {
    try (DirectoryStream<Path> markers = Files.newDirectoryStream(directory, MARKER_PREFIX + "*")) {
      for (Path marker : markers) {
        if (!marker.equals(own)) {
          Files.deleteIfExists(marker);
        }
      }
    }
  }

  @Override
  public void close() throws IOException {
    try {
      channel.close();
    } finally {
      Files.deleteIfExists(marker);
    }
  }
}
